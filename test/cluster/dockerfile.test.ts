import { readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { DockerfileParser } from 'dockerfile-ast';
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
    expect(installed).toContain('libgomp1');
    expect(installed).not.toMatch(/g\+\+|make|-dev\b|python/);
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
    expect(given).toEqual(
      expect.arrayContaining(['cli', 'config', 'engine', 'connectors', 'jobs', 'api', 'sql', 'bin']),
    );
    expect(given).not.toContain('test');
    expect(given).not.toContain('bench');
  });
});
