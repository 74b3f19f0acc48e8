/**
 * `npm test`: makes the checkout ready, then runs mocha over every *.test.ts below test, with coverage when asked for.
 * Arguments that are paths replace the whole set; other arguments go to mocha. Never leaves a tracked file changed.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setup } from './setup.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const args = process.argv.slice(2);
const coverage = take('--coverage');

setup();
process.exit(mocha(args));

/** True when the flag was given; it does not go on to mocha. */
function take(flag) {
  const at = args.indexOf(flag);
  if (at !== -1) args.splice(at, 1);
  return at !== -1;
}

function mocha(given) {
  const everything = !given.some((argument) => argument.startsWith('test/'));
  const command = [
    ...(coverage ? [join(root, 'node_modules', 'c8', 'bin', 'c8.js'), process.execPath] : []),
    join(root, 'node_modules', 'mocha', 'bin', 'mocha.js'),
    '--reporter',
    './scripts/reporter.cjs',
    ...given,
    ...(everything ? ['test/**/*.test.ts'] : []),
  ];
  const { status, signal, error } = spawnSync(process.execPath, command, {
    cwd: root,
    stdio: 'inherit',
  });
  if (error !== undefined) throw error;
  if (signal !== null) process.stderr.write(`tests ended by ${signal}\n`);
  return status ?? 1;
}
