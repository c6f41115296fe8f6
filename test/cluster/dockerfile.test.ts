import { readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { DockerfileParser } from 'dockerfile-ast';
import { processContext } from '../../cli/context.ts';
import { program } from '../../cli/run.ts';
import { VARIABLES } from '../../config/variables.ts';
import { repository, text } from './places.ts';

// The Dockerfile against rules of its own; hadolint, which knows the general ones, is run by .ci/cluster.sh.

const instructions = DockerfileParser.parse(text('Dockerfile')).getInstructions();
const all = (keyword: string): readonly string[] =>
  instructions
    .filter((instruction) => instruction.getKeyword() === keyword)
    .map((instruction) => instruction.getArgumentsContent() ?? '');
/** What comes after the last FROM: the image that is kept. */
const runtime = instructions.slice(instructions.findLastIndex((each) => each.getKeyword() === 'FROM'));

describe('Dockerfile', () => {
  test('names its base once, with a version', () => {
    expect(all('ARG')).toEqual([expect.stringMatching(/^NODE_IMAGE=node:\d+\.\d+\.\d+-bookworm-slim$/)]);
    for (const from of all('FROM')) expect(from).toMatch(/^\$\{NODE_IMAGE\} AS \w+$/);
  });

  test('runs on the oldest Node that package.json allows', () => {
    const { engines } = JSON.parse(text('package.json')) as { readonly engines: { readonly node: string } };
    expect(engines.node).toBe(`>=${/node:(\d+)/.exec(text('Dockerfile'))?.[1]}`);
  });

  test('runs as a user that is not root, and says how it is', () => {
    expect(all('USER')).toEqual(['10001:10001']);
    expect(all('HEALTHCHECK')).toHaveLength(1);
    expect(all('ENTRYPOINT')).toEqual(['["tini", "--", "node", "/app/bin/tickwave.mjs"]']);
  });

  test('has no compiler in what is kept', () => {
    const installed = runtime
      .filter((each) => each.getKeyword() === 'RUN')
      .map((each) => each.getArgumentsContent())
      .join();
    expect(installed).not.toMatch(/g\+\+|make|-dev\b|python/);
    // Certificates of authorities; OpenMP for the model libraries; OpenSSL and zlib for the Kafka client; what reaps.
    const packages = /--no-install-recommends ([^&\\]+)/.exec(installed)?.[1]?.trim().split(' ');
    expect(packages).toEqual(['ca-certificates', 'libgomp1', 'libssl3', 'tini', 'zlib1g']);
  });

  test('builds what it says it has: the client is asked for, the libraries are fetched to where they are looked for', () => {
    const runs = all('RUN').join('\n');
    expect(runs).toContain(`node --eval "require('@confluentinc/kafka-javascript')"`);
    const [, fetched] = /XDG_CACHE_HOME=(\S+) node bin\/tickwave\.mjs models fetch/.exec(runs) ?? [];
    expect(all('ENV').join(' ')).toContain(` XDG_CACHE_HOME=${fetched} `);
    const copied = [...text('Dockerfile').matchAll(/^COPY (.+)$/gm)].map(([, words]) => words);
    expect(copied).toEqual([
      ...['package.json package-lock.json ./', '. .', '--from=build /app /app'],
      `--from=build ${fetched} ${fetched}`,
    ]);
  });

  test('asks for health where the API listens, and writes where its user may', () => {
    const [health = ''] = all('HEALTHCHECK');
    expect(health).toMatch(/fetch\(`http:\/\/127\.0\.0\.1:\$\{process\.env\.PORT \?\? 8080\}\/health`\)/);
    expect(all('EXPOSE')).toEqual([VARIABLES.PORT.standard]);
    expect(all('ENV').join(' ')).toContain(' DATA_DIR=/data ');
    expect(all('VOLUME')).toEqual(['/data']);
    const runs = all('RUN').join('\n').replace(/\s+/g, ' ');
    expect(runs).toContain('useradd --system --uid 10001 --user-group --home-dir /data ');
    expect(runs).toContain('install --directory --owner=tickwave --group=tickwave --mode=0700 /data');
  });

  test('starts and ends as the command wants it', () => {
    expect(all('CMD')).toEqual(['["start"]']);
    expect(program(processContext(() => {})).commands.map((verb) => verb.name())).toContain('start');
    // The signal that it ends in order at.
    expect(all('STOPSIGNAL')).toEqual(['SIGTERM']);
  });

  test('installs from the lock, and what fails in a pipe fails the build', () => {
    const runs = all('RUN').join('\n');
    expect(all('COPY')[0]).toBe('package.json package-lock.json ./');
    expect(runs).toContain('npm install --omit=dev --no-save');
    expect(runs).not.toMatch(/curl|wget|\bADD\b/);
    expect(all('SHELL')).toEqual(all('FROM').map(() => '["/bin/bash", "-euo", "pipefail", "-c"]'));
  });

  test('is given every folder that the command imports from, and no other', () => {
    const given = text('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    for (const path of given) expect(readdirSync(repository)).toContain(path);
    expect(given).toEqual([
      ...['package.json', 'package-lock.json', 'tsconfig.json', 'LICENSE', 'alerts.yaml', 'cli.ts'],
      ...['bin', 'cli', 'config', 'engine', 'connectors', 'jobs', 'api', 'sql'],
    ]);
  });
});
