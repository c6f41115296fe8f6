// Replays the steps of the Dockerfile in a clean folder, a folder a stage, without Docker: COPY with .dockerignore, RUN in bash, then the
// ENTRYPOINT with the CMD until the HEALTHCHECK is content: as the image's user on a read-only root where this is Linux and root
// (contained.sh), else as whoever calls. What it cannot show: the base image, and apt, whose packages are only asked whether Debian has them.
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
  const prefix = resolve(process.execPath, '../..');
  const headers = existsSync(join(prefix, 'include/node/node.h'));
  if (own.npm_config_nodedir !== undefined && headers) own.npm_config_nodedir = prefix;
  // Without them they are downloaded.
  else delete own.npm_config_nodedir;
  // HOME stays: it knows the registries and keeps what was downloaded before.
  return { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8', ...own };
}

function packages(command) {
  const names = /--no-install-recommends ([^&]+)/.exec(command)?.[1].trim().split(/\s+/) ?? [];
  if (names.length === 0) throw new Error(`no packages in: ${command}`);
  if (
    !existsSync('/etc/debian_version') ||
    !readFileSync('/etc/os-release', 'utf8').includes('VERSION_CODENAME=bookworm')
  )
    return console.log('apt: this is not the Debian of the image; its packages were not looked for');
  if (!readdirSync('/var/lib/apt/lists').some((name) => name.includes('_Packages')))
    return console.log('apt: its lists are not here; packages were not looked for');
  for (const name of names) {
    const { stdout, error } = spawnSync('apt-cache', ['policy', name], { encoding: 'utf8' });
    if (error !== undefined) return console.log('apt: not on this machine; its packages were not looked for');
    if (!/Candidate: [^(]/.test(stdout)) throw new Error(`Debian has no package ${name}`);
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
    else if (keyword === 'WORKDIR') stage.workdir = words[0];
    else if (keyword === 'ENTRYPOINT') stage.entrypoint = JSON.parse(instruction.getArgumentsContent());
    else if (keyword === 'CMD') stage.cmd = JSON.parse(instruction.getArgumentsContent());
    else if (keyword === 'STOPSIGNAL') stage.signal = instruction.getArgumentsContent();
    else if (keyword === 'HEALTHCHECK')
      stage.health = JSON.parse(/CMD (\[.*\])/s.exec(instruction.getArgumentsContent())[1]);
    if (keyword === 'FROM') mkdirSync(join(stageFolder(words[2]), 'app'), { recursive: true });
  }
  return stages.at(-1);
}

/** Whether the stage can be run as a container would run it. */
const contained =
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['--mount', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt && setpriv --version']).status ===
    0;

/** The program, words and options that run a command of the image. */
function command(stage, words, env = {}) {
  const cwd = placed('/app', stage);
  if (!contained) {
    const [program, ...rest] = words.map((word) => placed(word, stage));
    return [program, rest, { cwd, env: { ...environmentOf(stage), ...env } }];
  }
  const inside = { PATH: process.env.PATH, LANG: 'C.UTF-8', ...stage.env, ...env };
  const box = join(repository, '.ci', 'contained.sh');
  return [box, [stageFolder(stage.name), ...words], { env: inside }];
}

/** Runs a command of the image to its end, and gives what it printed. */
function say(stage, words) {
  const [program, rest, options] = command(stage, words);
  const { status, stdout, stderr } = spawnSync(program, rest, { ...options, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  return stdout.trim();
}

/** The image's own verb on the simulated market, until its HEALTHCHECK is content, then its STOPSIGNAL. */
async function serves(stage, entry) {
  const settings = { FEED: 'simulated', SIMULATOR_HISTORY: '0', NEWS: 'off', PORT: '18080' };
  const [program, rest, options] = command(stage, [...entry, ...stage.cmd, '--json'], settings);
  const child = spawn(program, rest, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((done) => child.once('exit', done));
  let words = '';
  child.stderr.on('data', (chunk) => {
    words += chunk;
  });
  const healthy = () => {
    const [asker, asked, how] = command(stage, stage.health, settings);
    return spawnSync(asker, asked, how).status === 0;
  };
  const until = Date.now() + 180_000;
  while (!healthy()) {
    if (child.exitCode !== null || Date.now() > until) {
      child.kill('SIGKILL');
      throw new Error(`${stage.cmd} did not come to health\n${words}`);
    }
    await new Promise((again) => setTimeout(again, 500));
  }
  child.kill(stage.signal);
  if ((await ended) !== 0) throw new Error(`${stage.cmd} did not end in order\n${words}`);
}

try {
  const stage = replay();
  mkdirSync(placed('/data', stage), { recursive: true });
  // Root's database runs as another user, who has to get in.
  spawnSync('chmod', ['-R', 'go+rX', root]);
  spawnSync('chmod', ['755', root, stageFolder(stage.name), placed('/data', stage)]);
  // tini is the first word of the entrypoint, and Debian's.
  const entry = stage.entrypoint.slice(2);
  console.log(
    `tickwave ${say(stage, [...entry, '--version'])}, ${readdirSync(placed('/app/sql', stage)).length} folders of sql/`,
  );
  say(stage, [...entry, 'check']);
  say(stage, [...entry, 'alerts', 'check']);
  say(stage, ['node', '--eval', "require('@confluentinc/kafka-javascript')"]);
  if (!existsSync(placed('/opt/tickwave/tickwave/libraries', stage)))
    throw new Error('the image has no model libraries');
  const libraries = say(stage, [...entry, 'models', 'fetch']);
  if (libraries.split('\n').filter((line) => line.includes('/opt/tickwave/')).length !== 2)
    throw new Error(`the model libraries are not those that were built in\n${libraries}`);
  await serves(stage, entry);
  console.log('replayed: the command, the Kafka client and the model libraries are there, and it serves');
  console.log(
    contained
      ? 'run as user 10001 on a read-only root, with 64 MB of /tmp and of shared memory'
      : 'not run on a read-only root: that takes Linux, root and unshare',
  );
} finally {
  rmSync(root, { recursive: true, force: true });
}
