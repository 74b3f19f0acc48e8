/**
 * Carries out what people and other programs do, wherever they do it, and tells the ledger which contents they made and
 * which they took away after having had them before them. What is impossible at that moment is not done.
 */
import { contentText, linkText } from './ledger.ts';
import type { SimulatedClient } from './client.ts';
import { describeAct, type Act } from './script.ts';
import type { World } from './world.ts';

/** Where an act takes place: a computer's disk, or the store. */
interface Place {
  readonly name: string;
  kind(path: string): 'file' | 'directory' | 'link' | undefined;
  /** Text of a file, or of what a link points to, marked. */
  content(path: string): string | undefined;
  /** Everything below, the path itself not. */
  below(path: string): string[];
  write(path: string, text: string, act: Extract<Act, { act: 'write' }>): void;
  remove(path: string): void;
  mkdir(path: string): void;
  move(from: string, to: string): void;
  /** False: another program may not do this here now. */
  mayMove(from: string, to: string): boolean;
}

export function perform(world: World, who: SimulatedClient | 'store', act: Act): void {
  const place = who === 'store' ? storePlace(world) : diskPlace(world, who);
  if (carryOut(world, { place, who, act })) world.note(`${place.name}: ${describeAct(act)}`);
}

interface Doing {
  readonly place: Place;
  readonly who: SimulatedClient | 'store';
  readonly act: Act;
}

function carryOut(world: World, { place, who, act }: Doing): boolean {
  switch (act.act) {
    case 'write':
      if (!makeRoom(world, place, { path: act.path, force: act.force })) return false;
      return write(world, place, act);
    case 'mkdir':
      if (place.kind(act.path) === 'directory') return false;
      if (!makeRoom(world, place, { path: act.path, force: act.force })) return false;
      if (place.kind(act.path) !== undefined) {
        if (!act.force) return false;
        wipe(world, place, act.path);
      }
      place.mkdir(act.path);
      return true;
    case 'remove':
      if (place.kind(act.path) === undefined) return false;
      wipe(world, place, act.path);
      return true;
    case 'move':
      return move(world, place, act);
    case 'link':
      if (who === 'store' || place.kind(act.path) === 'directory') return false;
      if (!makeRoom(world, place, { path: act.path, force: false })) return false;
      world.ledger.gone(place.content(act.path));
      if (place.kind(act.path) !== undefined) place.remove(act.path);
      who.disk.user.symlink(act.path, linkText(act.target));
      world.ledger.wrote(linkMark(linkText(act.target)), `${place.name}:${act.path}`);
      return true;
    case 'touch':
    case 'chmod':
      return who !== 'store' && metadata(who, act);
  }
}

function write(world: World, place: Place, act: Extract<Act, { act: 'write' }>): boolean {
  const before = place.kind(act.path);
  if (before === 'directory') {
    if (!act.force) return false;
    wipe(world, place, act.path);
  }
  const text = contentText(act.content);
  const old = place.content(act.path);
  if (old === text) return false;
  world.ledger.gone(old);
  if (before === 'link') place.remove(act.path);
  place.write(act.path, text, act);
  world.ledger.wrote(text, `${place.name}:${act.path}`);
  return true;
}

/** A directory must hold the path. A file in the way is only replaced by force. */
function makeRoom(
  world: World,
  place: Place,
  wish: { readonly path: string; readonly force: boolean },
): boolean {
  const parts = wish.path.split('/').slice(0, -1);
  for (let end = 1; end <= parts.length; end += 1) {
    const above = parts.slice(0, end).join('/');
    const kind = place.kind(above);
    if (kind === undefined || kind === 'directory') continue;
    if (!wish.force) return false;
    wipe(world, place, above);
  }
  return true;
}

function wipe(world: World, place: Place, path: string): void {
  for (const below of [...place.below(path), path]) world.ledger.gone(place.content(below));
  place.remove(path);
}

function move(world: World, place: Place, act: Extract<Act, { act: 'move' }>): boolean {
  const { path, to } = act;
  const kind = place.kind(path);
  if (kind === undefined || path === to || to.startsWith(`${path}/`)) return false;
  if (path.startsWith(`${to}/`)) return false;
  if (!makeRoom(world, place, { path: to, force: false })) return false;
  const target = place.kind(to);
  if (target === 'directory' || (target !== undefined && kind === 'directory')) return false;
  if (!place.mayMove(path, to)) return false;
  const taken = place.content(to);
  if (taken !== place.content(path)) world.ledger.gone(taken);
  place.move(path, to);
  return true;
}

function metadata(
  client: SimulatedClient,
  act: Extract<Act, { act: 'touch' } | { act: 'chmod' }>,
): boolean {
  const { user } = client.disk;
  const entry = user.entry(act.path);
  if (entry?.kind !== 'file') return false;
  if (act.act === 'touch') user.touch(act.path, (entry.mtime + act.shift) * 1000);
  else if (entry.executable === act.executable) return false;
  else user.chmod(act.path, act.executable);
  return true;
}

export function linkMark(target: string): string {
  return `-> ${target}`;
}

function diskPlace(world: World, client: SimulatedClient): Place {
  const { user } = client.disk;
  return {
    name: client.name,
    kind(path) {
      const kind = user.entry(path)?.kind;
      return kind === 'special' ? undefined : kind;
    },
    content(path) {
      const entry = user.entry(path);
      if (entry?.kind === 'link') return linkMark(entry.target);
      return entry?.kind === 'file' ? entry.text : undefined;
    },
    below: (path) => [...user.tree().keys()].filter((other) => other.startsWith(`${path}/`)),
    write(path, text, act) {
      const entry = user.entry(path);
      const kept = entry?.kind === 'file' ? entry.mtime * 1000 : undefined;
      const second = Math.floor(client.now() / 1000) * 1000;
      const popular = Math.floor(world.start / 1000) * 1000;
      const mtime = { now: second, same: kept ?? second, popular }[act.time];
      user.write(path, text, { mtime, how: act.how });
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
    mayMove: () => true,
  };
}

/** Other programs work on the plain files; the engine's own folder is not their business. */
function storePlace(world: World): Place {
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
    write(path, text, act) {
      // By design, an edit of equal size within the second of an earlier content is not found by a survey.
      const size = new TextEncoder().encode(text).length;
      const stamp = (): string => world.stampFor(size, store.clock);
      while (ledger.hadStamp(path, stamp())) world.pass(1000);
      if (act.how === 'replace') store.remove(path);
      store.put(path, text);
      ledger.sawStamp(path, stamp());
      ledger.programWrote(path, text);
    },
    remove: (path) => {
      store.remove(path);
    },
    mkdir: (path) => {
      store.makeDirectory(path);
    },
    move(from, to) {
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
