/**
 * What the methods work on: the account's files and uploads, who reads and writes what at this moment, and the request as
 * they see it. No method may touch anything else.
 */
import type { IncomingMessage } from 'node:http';
import { refuse } from './answers.ts';
import { normalised } from './names.ts';
import type { OwncloudServerOptions } from './options.ts';
import { Tree, type Node, type Path } from './tree.ts';

/** What lies in `dav/uploads/USER/ID`. */
export type Upload = Map<string, Uint8Array>;

export class Account {
  readonly user: string;
  readonly tree: Tree;
  readonly uploads = new Map<string, Upload>();
  readonly options: OwncloudServerOptions;
  readonly #readers = new Map<string, number>();
  readonly #writers = new Map<string, number>();

  constructor(options: OwncloudServerOptions) {
    this.options = options;
    this.user = options.user ?? 'test';
    this.tree = new Tree(options.now ?? Date.now);
  }

  /** Marks a file as being read or written until the returned function is called. */
  hold(what: 'readers' | 'writers', path: Path): () => void {
    const counts = what === 'readers' ? this.#readers : this.#writers;
    const key = path.join('/');
    counts.set(key, (counts.get(key) ?? 0) + 1);
    let held = true;
    return () => {
      if (held) counts.set(key, (counts.get(key) ?? 1) - 1);
      held = false;
    };
  }

  /** Throws when somebody reads or writes the file, or (`below`) anything in the folder. */
  refuseBusy(path: Path, who: 'writers' | 'anybody' | 'below'): void {
    const key = path.join('/');
    const isHeld = (counts: ReadonlyMap<string, number>): boolean =>
      [...counts].some(
        ([held, count]) =>
          count > 0 && (who === 'below' ? held.startsWith(`${key}/`) : held === key),
      );
    const readers = who !== 'writers' && isHeld(this.#readers);
    if (!readers && !isHeld(this.#writers)) return;
    throw who === 'below' ? refuse.lockedBelow(key) : refuse.locked(key);
  }

  refuseOverQuota(more: number): void {
    const { quota } = this.options;
    if (quota !== undefined && this.tree.sizeOf(this.tree.root) + more > quota) {
      throw refuse.noSpace();
    }
  }

  /** Between testing and doing: where `racy` is said, others come in between. */
  async pause(): Promise<void> {
    if (this.options.racy === true) await new Promise((resolve) => setTimeout(resolve, 3));
  }

  existing(path: Path): Node {
    const node = this.tree.find(path);
    if (node === undefined) throw refuse.notFound(path.join('/'));
    return node;
  }
}

/** One request to the files or uploads of an account. */
export interface Call {
  readonly account: Account;
  readonly method: string;
  readonly request: IncomingMessage;
  /** Below the place, in composed form. */
  readonly path: Path;
  /** `/remote.php/dav/files/test`: where the paths in hrefs begin. */
  readonly base: string;
  readonly header: (name: string) => string | undefined;
  /** Whole; fails when it is cut off. */
  readonly body: () => Promise<Buffer>;
  /** The path that an href of this place leads to; undefined: somewhere else. */
  readonly pathOf: (href: string) => Path | undefined;
}

/** The parts of a URL's path below `base`; undefined when it is not below it. */
export function pathBelow(base: string, pathname: string): Path | undefined {
  const decoded = decodeURIComponent(pathname);
  if (decoded !== base && !decoded.startsWith(`${base}/`)) return undefined;
  return normalised(
    decoded
      .slice(base.length)
      .split('/')
      .filter((part) => part !== ''),
  );
}
