/**
 * Carries out what people and other programs do, wherever they do it, and tells the ledger which contents they made and
 * which they took away after having had them before them. What is impossible at that moment is not done.
 */
import type { SimulatedClient, Simulation } from './client.ts';
import { contentsOf } from './compare.ts';
import { textsOf } from './deleted.ts';
import { ignoreFile, ignoreText } from './ignoring.ts';
import { contentOf, contentText, linkMark, linkText } from './ledger.ts';
import { diskPlace, folded, storePlace, type Place, type Writing } from './places.ts';
import { describeAct, type Act } from './script.ts';
import type { World } from './world.ts';

export function perform(world: Simulation, who: SimulatedClient | 'store', act: Act): void {
  const place = who === 'store' ? storePlace(world) : diskPlace(world, who);
  const isDone = watched(world, { who, act }, () => carryOut(world, { place, who, act }));
  if (isDone) world.note(`${place.name}: ${describeAct(act)}`);
}

interface Doing {
  readonly place: Place;
  readonly who: SimulatedClient | 'store';
  readonly act: Act;
}

function carryOut(world: Simulation, { place, who, act }: Doing): boolean {
  switch (act.act) {
    case 'write':
      return write(world, place, { ...act, text: contentText(act.content) });
    case 'ignore':
      return write(world, place, {
        path: ignoreFile,
        text: ignoreText(act.content, act.rules),
        time: 'now',
        how: 'replace',
        force: true,
      });
    case 'mkdir':
      if (place.kind(act.path) === 'directory') return false;
      if (!makeRoom(place, { path: act.path, force: act.force })) return false;
      if (place.kind(act.path) !== undefined) {
        if (!act.force) return false;
        wipe(place, act.path);
      }
      place.mkdir(act.path);
      return true;
    case 'remove':
      if (place.kind(act.path) === undefined) return false;
      wipe(place, act.path);
      return true;
    case 'move':
      return move(world, place, act);
    case 'link':
      if (who === 'store' || place.kind(act.path) === 'directory') return false;
      if (!makeRoom(place, { path: act.path, force: false })) return false;
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

function write(world: Simulation, place: Place, act: Writing): boolean {
  if (!makeRoom(place, { path: act.path, force: act.force })) return false;
  const before = place.kind(act.path);
  if (before === 'directory') {
    if (!act.force) return false;
    wipe(place, act.path);
  }
  const { text } = act;
  if (world.ledger.isKnown(text)) world.deleted.spare(text);
  const old = place.content(act.path);
  if (old === text) return false;
  world.ledger.gone(old);
  if (before === 'link') place.remove(act.path);
  place.write(act);
  world.ledger.wrote(text, `${place.name}:${act.path}`);
  return true;
}

/** A directory must hold the path. A file in the way is only replaced by force. */
function makeRoom(place: Place, wish: { readonly path: string; readonly force: boolean }): boolean {
  const parts = wish.path.split('/').slice(0, -1);
  for (let end = 1; end <= parts.length; end += 1) {
    const above = parts.slice(0, end).join('/');
    const kind = place.kind(above);
    if (kind === undefined || kind === 'directory') continue;
    if (!wish.force) return false;
    wipe(place, above);
  }
  return true;
}

function wipe(place: Place, path: string): void {
  for (const below of [...place.below(path), path]) place.letGo(below);
  place.remove(path);
}

function move(world: World, place: Place, act: Extract<Act, { act: 'move' }>): boolean {
  const { path, to } = act;
  const kind = place.kind(path);
  if (kind === undefined || path === to || to.startsWith(`${path}/`)) return false;
  if (path.startsWith(`${to}/`)) return false;
  if (!makeRoom(place, { path: to, force: false })) return false;
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

/** Carries out an act, and notes what it deleted for good. True: it was possible. */
function watched(
  world: Simulation,
  { who, act }: Pick<Doing, 'who' | 'act'>,
  carryOut: () => boolean,
): boolean {
  const before = who === 'store' ? new Map<string, string>() : heldByAll(world, who);
  const meant = 'path' in act ? contentsAt(world, who, act.path) : [];
  if (!carryOut()) return false;
  if (who !== 'store') who.acts += 1;
  const { deleted } = world;
  if (who === 'store' && 'path' in act) {
    deleted.spareAt(act.path);
    if (act.act === 'move') deleted.spareAt(act.to);
  }
  if (['move', 'touch', 'chmod'].includes(act.act)) {
    for (const content of meant) deleted.spare(content);
  }
  if (who === 'store') return true;
  const after = contentsOf(who);
  for (const [content, path] of before) {
    if (!after.has(content)) deleted.add(content, { by: who.name, path });
  }
  return true;
}

/** Content → path: files that all disks and the store show at one path, and that each computer's last sync left. */
function heldByAll(world: Simulation, who: SimulatedClient): Map<string, string> {
  const found = new Map<string, string>();
  for (const [path, content] of who.synced) {
    const isEverywhere =
      world.store.text(path) === content &&
      world.clients.every(
        ({ synced, disk }) =>
          synced.get(path) === content && contentOf(disk.user.entry(path)) === content,
      );
    if (isEverywhere) found.set(content, path);
  }
  return found;
}

function contentsAt(world: Simulation, who: Doing['who'], top: string): string[] {
  const tree = who === 'store' ? world.storeTree() : textsOf(who);
  const named = (path: string): string => (who === 'store' ? path : folded(who, path));
  return [...tree].flatMap(([path, content]) =>
    `${named(path)}/`.startsWith(`${named(top)}/`) ? [content] : [],
  );
}
