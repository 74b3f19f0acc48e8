/**
 * Links on the store are never followed, but servers do: what is on the way to a path, and what is renamed or removed,
 * is asked for before.
 *
 * RACE: someone who may write to the store can put a link in the place of a directory between the question and the
 * operation, at most a second later. Worst outcome: one operation happens where that link points, with the rights of the
 * login. SFTP has no operation relative to an open directory that would close the gap.
 */
import { Finding, orRefusal, Refusal } from './failures.ts';
import type { Store } from './store.ts';
import type { Task } from './task.ts';

/** Milliseconds for which a directory counts as reached without links. */
const fresh = 1000;
/** Directories that are remembered for that long. */
const most = 1000;

export function parentOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

/** Throws `denied` when a link is on the way to the directory, or in its place. A missing one is the server's to tell. */
export async function checkWay(store: Store, task: Task, directory: string): Promise<void> {
  if (directory === '' || isFresh(store, directory)) return;
  const wanted = store.absolute(directory);
  const real = await orRefusal(
    task.ask<string>((channel, done) => {
      channel.realpath(wanted, done);
    }),
  );
  if (real instanceof Refusal && real.kind === 'not-found') return;
  // The server may write its own names otherwise, such as in other letters: then the parts are asked one by one.
  if (real !== wanted) await checkParts(store, task, directory);
  if (store.checked.size >= most) store.checked.clear();
  store.checked.set(directory, performance.now());
}

function isFresh(store: Store, directory: string): boolean {
  const checked = store.checked.get(directory);
  return checked !== undefined && performance.now() - checked < fresh;
}

async function checkParts(store: Store, task: Task, directory: string): Promise<void> {
  const names = directory.split('/');
  const paths = names.map((_, at) => names.slice(0, at + 1).join('/'));
  await Promise.all(paths.map((path) => checkNoLink(store, task, path)));
}

/** Throws `denied` when there is a link at the path. */
export async function checkNoLink(store: Store, task: Task, path: string): Promise<void> {
  if (await isLink(store, task, path)) throw new Finding('denied', `${path} is a symbolic link`);
}

/** SERVER: ProFTPD tells of a link what it points to, and renames that instead; only this question is about the link. */
export async function isLink(store: Store, task: Task, path: string): Promise<boolean> {
  const target = await orRefusal(
    task.ask<string>((channel, done) => {
      channel.readlink(store.absolute(path), done);
    }),
  );
  return !(target instanceof Refusal);
}
