/**
 * Setting a file aside, as the real disk does it: what leaves its path is first renamed away, then its path gets what is new,
 * then it goes to the trash. A crash in between leaves it aside, and the next scan brings it back. It is never deleted.
 */
import type { Aside, DiskState } from './fake-disk-state.ts';
import { nameOf } from './fake-volume.ts';

/** The path is empty from now on. Undefined: nothing is there that could go aside. */
export function setAside(state: DiskState, path: string, owner: object): Aside | undefined {
  const node = state.volume.detach(path);
  if (node === undefined) return undefined;
  if (node.kind === 'file') node.ctime = state.volume.changeTime();
  const aside: Aside = { path, node, owner };
  state.asides.push(aside);
  return aside;
}

export function asideToTrash(state: DiskState, aside: Aside): void {
  forget(state, aside);
  state.trash.push({ path: aside.path, since: state.volume.options.now(), node: aside.node });
}

/** Where the content has got another name instead. */
export function forget(state: DiskState, aside: Aside): void {
  state.asides = state.asides.filter((other) => other !== aside);
}

/** The path gets its file back; if something new is there by now, that stays and the aside goes to the trash. */
export function giveBack(state: DiskState, aside: Aside): void {
  const parent = state.volume.makeParent(aside.path);
  if (parent === undefined || state.volume.find(aside.path) !== undefined) {
    asideToTrash(state, aside);
    return;
  }
  forget(state, aside);
  state.volume.attach(parent, aside.node, nameOf(aside.path));
  if (aside.node.kind === 'file') aside.node.ctime = state.volume.changeTime();
}

/** What interrupted runs left; what `owner` itself is at work on stays. */
export function recoverAsides(state: DiskState, owner: object): void {
  for (const aside of [...state.asides]) if (aside.owner !== owner) giveBack(state, aside);
}
