// Replays the steps of the Dockerfile in a clean folder, a folder a stage, without Docker: COPY with .dockerignore, RUN in bash, then the
// ENTRYPOINT. What it cannot show: the base image, users, and apt, whose packages are only asked whether Debian has them.
//
//   node .ci/dockerfile.mjs        keeps nothing; needs g++, make, python3 with pip, headers of OpenSSL and zlib
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { DockerfileParser } from 'dockerfile-ast';

const repository = resolve(import.meta.dirname ?? '.', '..');
const root = mkdtempSync(join(tmpdir(), 'tickwave-image-'));
/** Folders of the image that the steps name; in a replay they are below the stage's own folder. */
const PLACES = ['/app', '/opt/tickwave', '/data'];
const stages = [];

function stageFolder(name) {
  return join(root, name);
}

/** A path or a command of the image, with its folders where the replay has them. */
function placed(words, stage) {
  return PLACES.reduce(
    (text, place) =>
      text.replace(new RegExp(`(?<![\\w./-])${place}(?![\\w-])`, 'g'), join(stageFolder(stage.name), place)),
    words,
  );
}

function run(stage, command) {
  if (command.includes('apt-get install')) return packages(command);
  console.log(`RUN ${command}`);
  const { status } = spawnSync('bash', ['-euo', 'pipefail', '-c', placed(command, stage)], {
    cwd: placed(stage.workdir, stage),
    env: environmentOf(stage),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error(`RUN ended with ${status}: ${command}`);
}

function environmentOf(stage) {
  const own = Object.fromEntries(
    Object.entries(stage.env).map(([name, value]) => [name, placed(value, stage)]),
  );
  // Node's headers are where this machine's Node is, not where the image has it.
  if (own.npm_config_nodedir !== undefined) own.npm_config_nodedir = resolve(process.execPath, '../..');
  // HOME stays: it knows the registries and keeps what was downloaded before.
  return { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8', ...own };
}

function packages(command) {
  const names = /--no-install-recommends ([^&]+)/.exec(command)?.[1].trim().split(/\s+/) ?? [];
  if (names.length === 0) throw new Error(`no packages in: ${command}`);
  for (const name of names) {
    const { stdout, error } = spawnSync('apt-cache', ['policy', name], { encoding: 'utf8' });
    if (error !== undefined) return console.log('apt: not on this machine; its packages were not looked for');
    if (!/Candidate: [^(]/.test(stdout))
      throw new Error(`Debian has no package ${name}, or its lists are not here: apt-get update`);
  }
  console.log(`apt: Debian has ${names.join(', ')}`);
}

/** Copies what .dockerignore leaves of the repository: nothing, but for the lines with !, less the patterns after them. */
function copyContext(names, to) {
  const lines = readFileSync(join(repository, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (lines[0] !== '*') throw new Error('.dockerignore has to begin with *');
  const given = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  const left = lines.filter((line) => line.startsWith('**/')).map((line) => line.slice(3));
  const leftOut = (name) =>
    left.some((pattern) => (pattern.startsWith('*') ? name.endsWith(pattern.slice(1)) : name === pattern));
  const wanted = names.includes('.') ? given : names;
  for (const name of wanted) {
    if (!given.includes(name)) throw new Error(`COPY ${name}: .dockerignore does not give it`);
    cpSync(join(repository, name), join(to, name), {
      recursive: true,
      filter: (source) => !leftOut(source.slice(source.lastIndexOf('/') + 1)),
    });
  }
}

function copy(stage, flags, words) {
  const from = flags.map((flag) => /^--from=(\S+)$/.exec(flag)?.[1]).find((name) => name !== undefined);
  const [target, ...sources] = [...words].reverse();
  const to = target.startsWith('/') ? placed(target, stage) : join(placed(stage.workdir, stage), target);
  console.log(`COPY ${[...flags, ...words].join(' ')}`);
  if (from === undefined) return copyContext(sources, to);
  for (const source of sources) {
    mkdirSync(dirname(to), { recursive: true });
    cpSync(join(stageFolder(from), source), to, { recursive: true, verbatimSymlinks: true });
  }
}

function replay() {
  for (const instruction of DockerfileParser.parse(
    readFileSync(join(repository, 'Dockerfile'), 'utf8'),
  ).getInstructions()) {
    const words = instruction.getArguments().map((argument) => argument.getValue());
    const stage = stages.at(-1);
    const keyword = instruction.getKeyword();
    if (keyword === 'FROM') stages.push({ name: words[2], workdir: '/app', env: {} });
    else if (keyword === 'RUN') run(stage, instruction.getArgumentsContent().replace(/\\\n\s*/g, ''));
    else if (keyword === 'COPY') copy(stage, instruction.getFlags?.().map(String) ?? [], words);
    else if (keyword === 'ENV')
      for (const word of words)
        stage.env[word.slice(0, word.indexOf('='))] = word.slice(word.indexOf('=') + 1);
    else if (keyword === 'ENTRYPOINT') stage.entrypoint = JSON.parse(instruction.getArgumentsContent());
    if (keyword === 'FROM') mkdirSync(join(stageFolder(words[2]), 'app'), { recursive: true });
  }
  return stages.at(-1);
}

/** Runs the command as the image would, and gives what it printed. */
function command(stage, args) {
  // tini is the first word of the entrypoint, and Debian's.
  const [, , program, ...first] = stage.entrypoint.map((word) => placed(word, stage));
  const environment = { ...environmentOf(stage), NODE_ENV: 'production' };
  return [program, [...first, ...args], { cwd: placed('/app', stage), env: environment }];
}

function say(stage, args) {
  const [program, words, options] = command(stage, args);
  const { status, stdout, stderr } = spawnSync(program, words, { ...options, encoding: 'utf8' });
  if (status !== 0) throw new Error(`tickwave ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  return stdout.trim();
}

/** `start` on the simulated market, until its health is good, then SIGTERM. */
async function serves(stage) {
  const [program, words, options] = command(stage, ['start', '--json']);
  const env = { ...options.env, FEED: 'simulated', SIMULATOR_HISTORY: '0', NEWS: 'off', PORT: '18080' };
  const child = spawn(program, words, { ...options, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((done) => child.once('exit', done));
  let words_of_error = '';
  child.stderr.on('data', (chunk) => {
    words_of_error += chunk;
  });
  const until = Date.now() + 180_000;
  for (;;) {
    const health = await fetch('http://127.0.0.1:18080/health').catch(() => null);
    if (health?.ok) break;
    if (child.exitCode !== null || Date.now() > until) {
      child.kill('SIGKILL');
      throw new Error(`start did not come to health\n${words_of_error}`);
    }
    await new Promise((again) => setTimeout(again, 500));
  }
  child.kill('SIGTERM');
  if ((await ended) !== 0) throw new Error(`start did not end in order\n${words_of_error}`);
}

try {
  const stage = replay();
  mkdirSync(placed('/data', stage), { recursive: true });
  // Root's database runs as another user, who has to get in.
  spawnSync('chmod', ['-R', 'go+rX', root]);
  spawnSync('chmod', ['755', root, stageFolder(stage.name), placed('/data', stage)]);
  console.log(
    `tickwave ${say(stage, ['--version'])}, ${readdirSync(placed('/app/sql', stage)).length} folders of sql/`,
  );
  say(stage, ['check']);
  const kafka = `require(${JSON.stringify(placed('/app/node_modules/@confluentinc/kafka-javascript', stage))})`;
  if (spawnSync('node', ['--eval', kafka]).status !== 0)
    throw new Error('the Kafka client does not load in the image');
  if (!existsSync(placed('/opt/tickwave/tickwave/libraries', stage)))
    throw new Error('the image has no model libraries');
  await serves(stage);
  console.log('replayed: the command, the Kafka client and the model libraries are there, and start serves');
} finally {
  rmSync(root, { recursive: true, force: true });
}
