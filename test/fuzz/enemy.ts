/**
 * Somebody who may write where the program works, and leads it elsewhere: links, pipes and other things where files and
 * directories were. What lies outside of the root must stay as it is, and unread.
 */
import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { hostilePath } from './hostile.ts';
import { must } from './target.ts';

/** Never inside the root. */
export const SECRET = 'outside: nobody may read or change this';
const PATHS = ['a', 'a/b', 'a/b/c', 'a/f', 'd', 'd/f', 'f'];

export interface Arena {
  readonly root: string;
  /** Fails when anything outside is not as it was. */
  checkOutside(): void;
  remove(): void;
}

export function makeArena(): Arena {
  const place = mkdtempSync(join(tmpdir(), 'ownsync-test-fuzz-'));
  const [root, outside] = [join(place, 'root'), join(place, 'outside')];
  mkdirSync(root);
  mkdirSync(join(outside, 'b'), { recursive: true });
  for (const name of ['f', 'b/c', 'b/f']) writeFileSync(join(outside, name), SECRET);
  const before = lookAt(place);
  return {
    root,
    checkOutside() {
      must(lookAt(place) === before, () => `outside of the root is now ${lookAt(place)}`);
    },
    remove: () => rmSync(place, { recursive: true, force: true }),
  };
}

/** Everything beside the root, and its state. */
function lookAt(place: string): string {
  const inside = readdirSync(join(place, 'outside'), { recursive: true }).map(String);
  const names = [...readdirSync(place), ...inside.map((name) => `outside/${name}`)];
  return names
    .filter((name) => name !== 'root')
    .sort()
    .map((name) => {
      const found = lstatSync(join(place, name));
      const text = found.isFile() ? readFileSync(join(place, name), 'utf8') : '';
      return [name, found.mode, found.mtimeMs, text].join(' ');
    })
    .join('\n');
}

export const aPath: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...PATHS) },
  { weight: 1, arbitrary: hostilePath },
);

export interface Mischief {
  readonly at: string;
  readonly becomes:
    | 'file'
    | 'directory'
    | 'nothing'
    | 'link-out'
    | 'link-file'
    | 'link-root'
    | 'link-self'
    | 'pipe';
}

export const mischief: fc.Arbitrary<Mischief> = fc.record({
  at: fc.constantFrom(...PATHS),
  becomes: fc.constantFrom(
    ...([
      'file',
      'file',
      'directory',
      'directory',
      'nothing',
      'link-out',
      'link-file',
      'link-root',
      'link-self',
      'pipe',
    ] as const),
  ),
});

/** What was there goes. A parent that is no directory is not passed: then nothing happens. */
export function happen(root: string, { at, becomes }: Mischief): void {
  const parents = at.split('/').slice(0, -1);
  for (const [index] of parents.entries()) {
    const parent = join(root, ...parents.slice(0, index + 1));
    const found = lstatSync(parent, { throwIfNoEntry: false });
    if (found === undefined) break;
    if (!found.isDirectory()) return;
  }
  const full = join(root, at);
  rmSync(full, { recursive: true, force: true });
  mkdirSync(dirname(full), { recursive: true });
  const outside = join(root, '..', 'outside');
  const makers: Record<Mischief['becomes'], () => void> = {
    file: () => writeFileSync(full, `inside ${at}`),
    directory: () => mkdirSync(full),
    nothing: () => undefined,
    'link-out': () => symlinkSync(outside, full),
    'link-file': () => symlinkSync(join(outside, 'f'), full),
    'link-root': () => symlinkSync('/', full),
    'link-self': () => symlinkSync(full, full),
    pipe: () => execFileSync('mkfifo', [full]),
  };
  makers[becomes]();
}

/** Longer than anything here takes; a pipe that is waited for takes for ever. */
export async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TypeError('it hangs')), 20_000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
