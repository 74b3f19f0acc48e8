/**
 * Makes a fresh clone ready: installs the packages and builds `dist`, each only when needed. `npm start` and `npm test`
 * call this themselves, because `.npmrc` sets ignore-scripts, which also switches off npm's pre and post hooks.
 * Never changes a file that git tracks, and takes no notice of clocks: what is installed and built is compared by content.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const built = join(root, 'dist', '.built');

/** Installs and builds what is missing. Ends the process with a message when that fails. */
export function setup() {
  checkNode();
  if (!installed()) {
    say('installing packages (npm ci)');
    run(npm(), ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  const wanted = sourceDigest();
  if (wanted !== readText(built)) {
    say('building');
    build(wanted);
  }
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(`ownsync needs Node 20.19 or newer; this is ${process.versions.node}.`);
}

/** True when node_modules holds exactly what package-lock.json names; packages for other platforms may be missing. */
function installed() {
  const hidden = readText(join(root, 'node_modules', '.package-lock.json'));
  if (hidden === undefined) return false;
  const wanted = packagesOf(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const present = packagesOf(hidden);
  const missing = [...wanted].some(([path, entry]) => {
    const found = present.get(path);
    if (found === undefined) return entry.optional !== true && entry.devOptional !== true;
    return found.version !== entry.version || found.integrity !== entry.integrity;
  });
  return !missing && [...present.keys()].every((path) => wanted.has(path));
}

function packagesOf(lock) {
  const packages = new Map(Object.entries(JSON.parse(lock).packages));
  packages.delete('');
  return packages;
}

function sourceDigest() {
  const hash = createHash('sha256');
  const inputs = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
  for (const path of [...inputs, ...sources()]) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0');
  }
  return hash.digest('hex');
}

function sources() {
  return ['src', 'plugins'].flatMap((folder) => filesBelow(join(root, folder), '.ts')).sort();
}

function build(wanted) {
  rmSync(built, { force: true });
  run(process.execPath, [
    join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
    '--project',
    join(root, 'tsconfig.build.json'),
  ]);
  dropLeftovers();
  mkdirSync(dirname(built), { recursive: true });
  writeFileSync(built, wanted);
}

/** Removes what was built from a source that is no longer there, so that nothing old can be loaded. */
function dropLeftovers() {
  const stems = new Set(sources().map((path) => path.slice(0, -'.ts'.length)));
  for (const folder of ['src', 'plugins']) {
    for (const path of filesBelow(join(root, 'dist', folder), '')) {
      const stem = relative('dist', path).replace(/(\.d\.ts|\.js)(\.map)?$/, '');
      if (!stems.has(stem)) rmSync(join(root, path));
    }
  }
}

/** Paths relative to the root of the project. */
function filesBelow(folder, ending) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function npm() {
  return process.platform === 'win32' ? 'npm.cmd' : 'npm';
}

function run(command, args) {
  const shell = command.endsWith('.cmd');
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell });
  if (error !== undefined) fail(`could not run ${command}: ${error.message}`);
  if (status !== 0) fail(`${command} failed, see above.`);
}

function readText(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(1);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  setup();
}
