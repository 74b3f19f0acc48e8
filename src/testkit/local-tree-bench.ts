/**
 * What the contract suite of {@link LocalTree} needs beside the tree: a person at the same folder, and a look into the trash.
 * It holds no cases.
 */
import type { LocalScan, LocalStat, LocalTree } from '../core/ports/local-tree.ts';

/** A person and their programs. The fake disk's user has these operations; on a real disk they are plain writes. */
export interface BenchUser {
  /** Makes missing parents. `replace`: a new file is renamed over the old one. `mtime` in milliseconds. */
  write(
    path: string,
    text: string,
    options?: { readonly mtime?: number; readonly how?: 'place' | 'replace' },
  ): void;
  mkdir(path: string): void;
  symlink(path: string, target: string): void;
  /** With all that is in it. */
  remove(path: string): void;
  rename(from: string, to: string): void;
  /** Text of a file; undefined when there is none. */
  read(path: string): string | undefined;
}

export interface TrashedFile {
  readonly path: string;
  readonly text: string;
}

export interface LocalTreeBench {
  readonly tree: LocalTree;
  readonly user: BenchUser;
  /** Files that were replaced or deleted, by the path they had. */
  trash(): readonly TrashedFile[];
  /** How many temporary files exist. */
  temporary(): number;
  /** The same folder for another run of the program, the first having ended without a word. */
  reopen(): LocalTree;
  close?(): void;
}

/** A bench with the small helpers that every case uses. */
export interface Case extends LocalTreeBench {
  /** The stat of a path that is there. */
  seen(path: string): Promise<LocalStat>;
  /** Stages text. */
  stage(text: string): ReturnType<LocalTree['stage']>;
}

export const never: AbortSignal = new AbortController().signal;
export const plain = { mtime: 1_700_000_000, executable: false };

export function caseOn(bench: LocalTreeBench): Case {
  return {
    ...bench,
    async seen(path) {
      const stat = await bench.tree.stat(path);
      if (stat === undefined) throw new Error(`nothing at ${path}`);
      return stat;
    },
    stage: (text) => bench.tree.stage(chunks(text), never),
  };
}

/** Text as content, in several chunks. */
export async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += 5) yield bytes.subarray(at, at + 5);
}

export async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  return new TextDecoder().decode(concat(parts));
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** What a rejected promise was rejected with; undefined when it was not. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Ways in which a path can stop being the file it was, of equal size where that is possible. */
export function changesTo(user: LocalTreeBench['user']): [string, () => void][] {
  return [
    ['edited', () => user.write('edited', 'after!', { mtime: 1_600_000_009_000 })],
    // Same size and time: the change time or the inode tells.
    [
      'edited-same-time',
      () => user.write('edited-same-time', 'after!', { mtime: 1_600_000_000_000 }),
    ],
    [
      'replaced',
      () => user.write('replaced', 'after!', { mtime: 1_600_000_000_000, how: 'replace' }),
    ],
    ['deleted', () => user.remove('deleted')],
    [
      'linked',
      () => {
        user.rename('linked', 'elsewhere');
        user.symlink('linked', 'elsewhere');
      },
    ],
  ];
}

export function paths(scan: LocalScan): string[] {
  return [...scan.entries.keys()].sort();
}
