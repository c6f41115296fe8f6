import { readFileSync } from 'node:fs';
import type { Chance } from './chance.ts';
import type { Draft, Relation } from './relation.ts';
import { TABLES } from './relation.ts';
import { randomDraft } from './shapes.ts';

const FUNCTIONS = ['ema', 'last_known'];

/** Files of a random sql folder: three landing tables and a chain of views over them. */
export function randomFiles(chance: Chance): Map<string, string> {
  const files = new Map(
    FUNCTIONS.map((name) => [
      `functions/${name}.postgres.sql`,
      readFileSync(new URL(`../../../sql/functions/${name}.postgres.sql`, import.meta.url), 'utf8'),
    ]),
  );
  for (const table of TABLES) files.set(`landing/${table.name}.sql`, table.text);
  const relations: Relation[] = [...TABLES];
  const count = chance.whole(3, 6);
  for (let index = 1; index <= count; index++) {
    // Views over views are the point, so later relations are likelier to be read.
    const visible = chance.likely(0.5) ? relations.slice(-3) : relations;
    const isPlain = index < count && chance.likely(0.2);
    const view = toRelation(
      `view_${index}`,
      isPlain ? 'view' : 'materialized view',
      randomDraft(chance, visible),
      !isPlain && chance.likely(0.2),
    );
    relations.push(view);
    files.set(`features/${view.name}.sql`, view.text);
  }
  return files;
}

function toRelation(name: string, kind: Relation['kind'], draft: Draft, mayWait: boolean): Relation {
  const header = [
    `-- ${name}: made by a test, one row per grain.`,
    `-- grain: ${draft.key.join(', ')}`,
    ...(draft.time === null ? [] : [`-- time: ${draft.time}`]),
    ...(mayWait ? ['-- freshness: 1 s'] : []),
  ];
  return { ...draft, name, kind, text: `${header.join('\n')}\ncreate ${kind} ${name} as\n${draft.sql};\n` };
}
