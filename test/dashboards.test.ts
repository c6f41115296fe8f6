import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { SyntaxNodeRef } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import pg from 'pg';
import pino from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { parse } from 'yaml';
import { z } from 'zod';
import { databaseMetrics } from '../api/metrics/databaseMetrics.ts';
import { HopMetrics } from '../api/metrics/hopMetrics.ts';
import { pipelineMetrics } from '../api/metrics/pipelineMetrics.ts';
import { observer } from '../api/observe.ts';

// What dashboards and rules ask Prometheus for has to be what /metrics shows.

const FOLDER = 'k8s/monitoring';

const dashboard = z.object({
  uid: z.string(),
  title: z.string(),
  templating: z.object({ list: z.array(z.object({ name: z.string(), definition: z.string() })) }),
  panels: z
    .array(
      z.object({
        id: z.int(),
        title: z.string(),
        datasource: z.object({ uid: z.literal('prometheus') }),
        gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
        targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })).min(1),
      }),
    )
    .min(1),
});

const ruleFile = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^Tickwave[A-Za-z]+$/),
          expr: z.string(),
          for: z
            .string()
            .regex(/^\d+[smh]$/)
            .optional(),
          labels: z.strictObject({ severity: z.enum(['info', 'warning', 'critical']) }),
          annotations: z.strictObject({ summary: z.string(), description: z.string() }),
        }),
      ),
    }),
  ),
});

/** A metric that a query asks for, with the labels that it asks for at it. */
interface Asked {
  readonly metric: string;
  readonly labels: readonly string[];
}

/** What a query asks for. @throws when it is no PromQL */
function askedBy(query: string): readonly Asked[] {
  // Grafana puts these in; what it puts in looks so.
  const text = query.replace(/\$__rate_interval/g, '5m').replace(/\$(\w+)/g, 'x');
  const asked: { metric: string; labels: string[] }[] = [];
  parser.parse(text).iterate({
    enter(node: SyntaxNodeRef) {
      if (node.type.isError) throw new SyntaxError(`no PromQL at character ${node.from}: ${text}`);
      const said = text.slice(node.from, node.to);
      if (node.name === 'VectorSelector')
        asked.push({ metric: said.split('{')[0]?.trim() ?? '', labels: [] });
      if (node.name === 'LabelName' && node.node.parent?.name === 'UnquotedLabelMatcher')
        asked.at(-1)?.labels.push(said);
    },
  });
  return asked;
}

/** Names of series by what /metrics says, with the labels that they may have. */
const shown = new Map<string, ReadonlySet<string>>();

beforeAll(async () => {
  const registry = new Registry();
  const clock = { now: () => 0 };
  const logger = pino({ level: 'silent' });
  // Nobody is asked: names and labels are known without a database.
  const pool = new pg.Pool({ connectionString: 'postgres://nobody@127.0.0.1:1/none' });
  collectDefaultMetrics({ register: registry });
  observer({ logger, clock, registry });
  pipelineMetrics(registry, {
    status: async () => ({ state: 'running', refreshLagMs: null }),
    feeds: () => ({ kind: 'none', detail: '', markets: [], news: null, kafka: null }),
  });
  databaseMetrics(registry, { pool, clock, logger });
  new HopMetrics(registry, { pool, clock, logger });
  for (const [, name = '', type] of (await registry.metrics()).matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    const metric = registry.getSingleMetric(name) as unknown as { readonly labelNames?: readonly string[] };
    const labels = [...(metric?.labelNames ?? []), 'job', 'instance'];
    shown.set(name, new Set(labels));
    if (type === 'histogram') {
      shown.set(`${name}_bucket`, new Set([...labels, 'le']));
      for (const part of ['sum', 'count']) shown.set(`${name}_${part}`, new Set(labels));
    }
  }
  // Prometheus makes it of each target itself.
  shown.set('up', new Set(['job', 'instance']));
  await pool.end();
});

/** Metrics and labels that a query asks for and that are not there. */
function unknownIn(query: string): readonly string[] {
  const asked = askedBy(query);
  expect(asked.length).toBeGreaterThan(0);
  return asked.flatMap(({ metric, labels }) => {
    const known = shown.get(metric);
    return known === undefined
      ? [metric]
      : labels.filter((label) => !known.has(label)).map((label) => `${metric}.${label}`);
  });
}

test('this suite would notice', () => {
  expect(unknownIn('sum by (a) (rate(tickwave_nothing_total{b="c"}[5m]))')).toEqual([
    'tickwave_nothing_total',
  ]);
  expect(unknownIn('tickwave_gaps_open{exchang="kraken"} > tickwave_engine_up')).toEqual([
    'tickwave_gaps_open.exchang',
  ]);
  expect(() => askedBy('sum(rate(x[5m])')).toThrow(/no PromQL/);
});

const dashboards = readdirSync(join(FOLDER, 'grafana', 'dashboards')).filter((name) =>
  name.endsWith('.json'),
);

test('there are dashboards of the pipeline, the models and the API', () => {
  expect(dashboards).toEqual(['tickwave-api.json', 'tickwave-models.json', 'tickwave-pipeline.json']);
});

describe.each(dashboards)('%s', (file) => {
  const { uid, panels, templating } = dashboard.parse(
    JSON.parse(readFileSync(join(FOLDER, 'grafana', 'dashboards', file), 'utf8')),
  );

  test.each(
    panels.flatMap(({ title, targets }) =>
      targets.map(({ expr, legendFormat }) => ({ title, expr, legendFormat })),
    ),
  )('$title: $expr', ({ expr, legendFormat }) => {
    expect(unknownIn(expr)).toEqual([]);
    const asked = askedBy(expr);
    for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
      expect(asked.some(({ metric }) => shown.get(metric)?.has(label))).toBe(true);
  });

  test('asks for variables that it has, and each has values', () => {
    const names = templating.list.map(({ name }) => name);
    const used = panels.flatMap(({ targets }) =>
      targets.flatMap(({ expr }) => [...expr.matchAll(/\$(\w+)/g)].map(([, name]) => name)),
    );
    expect([...names, '__rate_interval']).toEqual(expect.arrayContaining([...new Set(used)]));
    for (const { definition } of templating.list) {
      const [, metric = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(definition) ?? [];
      expect(shown.get(metric)?.has(label)).toBe(true);
    }
  });

  test('is called as its file, and no two panels are in one place', () => {
    expect(`${uid}.json`).toBe(file);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(panels.map(({ gridPos: { x, y } }) => `${x} ${y}`)).size).toBe(panels.length);
  });
});

const { groups } = ruleFile.parse(
  parse(readFileSync(join(FOLDER, 'prometheus', 'rules', 'tickwave.yml'), 'utf8')),
);

describe('rules of Prometheus', () => {
  test.each(groups.flatMap(({ rules }) => rules))('$alert', ({ expr, annotations }) => {
    expect(unknownIn(expr)).toEqual([]);
    const asked = askedBy(expr);
    for (const [, label = ''] of Object.values(annotations)
      .join()
      .matchAll(/\$labels\.(\w+)/g))
      expect(asked.some(({ metric }) => shown.get(metric)?.has(label))).toBe(true);
  });

  test('are the same on Kubernetes', () => {
    const { spec } = z
      .object({ kind: z.literal('PrometheusRule'), spec: z.unknown() })
      .parse(parse(readFileSync(join(FOLDER, 'prometheus', 'prometheusrule.yaml'), 'utf8')));
    expect(spec).toEqual({ groups });
  });
});
