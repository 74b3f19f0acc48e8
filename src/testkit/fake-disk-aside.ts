/**
 * Setting a file aside, as the real disk does it: what leaves its path is first renamed away, then its path gets what is new,
 * then it goes to the trash. A crash in between leaves it aside, and the next scan brings it back. It is never deleted.
 */
import { placesBeside } from '../core/model/conflict-name.ts';
import type { Aside, DiskState } from './fake-disk-state.ts';
import { nameOf } from './fake-volume.ts';

/** The path is empty from now on. Undefined: nothing is there that could go aside. */
export function setAside(
  state: DiskState,
  path: string,
  { owner, purpose }: Pick<Aside, 'owner' | 'purpose'>,
): Aside | undefined {
  const node = state.volume.detach(path);
  if (node === undefined) return undefined;
  if (node.kind === 'file') node.ctime = state.volume.changeTime();
  const aside: Aside = { path, node, owner, purpose };
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

/** The path gets its file back; if something new is there by now, that stays, and the aside goes beside it or to the trash. */
export function giveBack(state: DiskState, aside: Aside): void {
  const { volume } = state;
  const beside = aside.purpose === 'move' ? placesBeside(aside.path) : [];
  for (const path of [aside.path, ...beside]) {
    const parent = volume.makeParent(path);
    if (parent === undefined || volume.find(path) !== undefined) continue;
    forget(state, aside);
    volume.attach(parent, aside.node, nameOf(path));
    if (aside.node.kind === 'file') aside.node.ctime = volume.changeTime();
    return;
  }
  asideToTrash(state, aside);
}

/** What interrupted runs left; what `owner` itself is at work on stays. */
export function recoverAsides(state: DiskState, owner: object): void {
  for (const aside of [...state.asides]) if (aside.owner !== owner) giveBack(state, aside);
}
