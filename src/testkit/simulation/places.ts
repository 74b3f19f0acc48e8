/**
 * Where people and programs act: a computer's disk, or the plain files on the store. Each place knows what it can do; the
 * ledger is told here only what depends on the place.
 */
import { contentOf } from './ledger.ts';
import type { SimulatedClient } from './client.ts';
import type { Act } from './script.ts';
import type { World } from './world.ts';

export interface Writing extends Pick<
  Extract<Act, { act: 'write' }>,
  'path' | 'time' | 'how' | 'force'
> {
  readonly text: string;
}

/** Where an act takes place: a computer's disk, or the store. */
export interface Place {
  readonly name: string;
  kind(path: string): 'file' | 'directory' | 'link' | undefined;
  /** Text of a file, or of what a link points to, marked. */
  content(path: string): string | undefined;
  /** Everything below, the path itself not. */
  below(path: string): string[];
  write(what: Writing): void;
  /** Its content is about to be removed on purpose. */
  letGo(path: string): void;
  remove(path: string): void;
  mkdir(path: string): void;
  move(from: string, to: string): void;
  /** False: another program may not do this here now. */
  mayMove(from: string, to: string): boolean;
}

export function diskPlace(world: World, client: SimulatedClient): Place {
  const { user } = client.disk;
  return {
    name: client.name,
    kind(path) {
      const kind = user.entry(path)?.kind;
      return kind === 'special' ? undefined : kind;
    },
    content: (path) => contentOf(user.entry(path)),
    below(path) {
      const top = folded(client, path);
      return [...user.tree().keys()].filter((other) => folded(client, other).startsWith(`${top}/`));
    },
    write({ path, text, time, how }) {
      const entry = user.entry(path);
      const kept = entry?.kind === 'file' ? entry.mtime * 1000 : undefined;
      const second = Math.floor(client.now() / 1000) * 1000;
      const popular = Math.floor(world.start / 1000) * 1000;
      const mtime = { now: second, same: kept ?? second, popular }[time];
      user.write(path, text, { mtime, how });
    },
    letGo(path) {
      world.ledger.gone(this.content(path));
    },
    remove: (path) => {
      user.remove(path);
    },
    mkdir: (path) => {
      user.mkdir(path);
    },
    move: (from, to) => {
      user.rename(from, to);
    },
    // No system moves a directory into itself, whatever it is called there.
    mayMove: (from, to) => !folded(client, to).startsWith(`${folded(client, from)}/`),
  };
}

/** As its disk tells names apart. */
export function folded({ disk }: SimulatedClient, path: string): string {
  const { volume } = disk.state;
  return path
    .split('/')
    .map((name) => volume.key(name))
    .join('/');
}

/** Other programs work on the plain files; the engine's own folder is not their business. */
export function storePlace(world: World): Place {
  const { store, ledger } = world;
  const below = (path: string): string[] =>
    [...store.tree(path).keys()].map((name) => `${path}/${name}`);
  return {
    name: 'store',
    kind(path) {
      const kind = store.find(path)?.kind;
      return kind === 'file' || kind === 'directory' ? kind : undefined;
    },
    content: (path) => store.text(path),
    below,
    write({ path, text, how }) {
      // By design, an edit of equal size within the second of an earlier content is not found by a survey. Where etags are
      // strong it is, if the earlier content was another program's and nobody has it yet: records tell no etags.
      const size = new TextEncoder().encode(text).length;
      const stamp = (): string => world.stampFor(size, store.clock);
      const earlier = store.text(path);
      const isTold =
        world.script.store.etag === 'strong' &&
        ledger.isByProgram(path, earlier) &&
        !world.isOnSomeDisk(earlier);
      while (!isTold && ledger.hadStamp(path, stamp())) world.pass(1000);
      if (how === 'replace') store.remove(path);
      ledger.takesPlace(path);
      store.put(path, text);
      ledger.sawStamp(path, stamp());
      ledger.programWrote(path, text);
    },
    letGo(path) {
      const text = store.text(path);
      const isRestored = world.script.deletedOnStore === 'restore';
      if (!isRestored) ledger.takesPlace(path);
      const comesBack = isRestored && world.isOnSomeDisk(text);
      if (comesBack && text !== undefined) ledger.comesBack(path, text);
      else ledger.gone(text);
    },
    remove: (path) => {
      store.remove(path);
    },
    mkdir: (path) => {
      ledger.takesPlace(path);
      store.makeDirectory(path);
    },
    move(from, to) {
      ledger.takesPlace(to);
      store.makeDirectory(to.slice(0, Math.max(0, to.lastIndexOf('/'))));
      store.rename(from, to);
      for (const path of [to, ...below(to)]) {
        ledger.sawStamp(path, world.weakStamp(path));
        const text = store.text(path);
        if (text !== undefined) ledger.programWrote(path, text);
      }
    },
    mayMove(from, to) {
      return [from, ...below(from)].every((path) => {
        const stamp = world.weakStamp(path);
        return stamp === '' || !ledger.hadStamp(to + path.slice(from.length), stamp);
      });
    },
  };
}
