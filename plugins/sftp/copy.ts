/**
 * Copying on the server, for those that offer it. The copy is made exclusively, so it never replaces anything; one that
 * fails half-way stays, torn, under its name.
 */
import type { Stats } from 'ssh2';
import { isFinal, secondsOf, timesOf, whyNotMade } from './change.ts';
import { lookAt } from './entries.ts';
import { Finding, orRefusal, Refusal } from './failures.ts';
import type { Store } from './store.ts';
import type { Task } from './task.ts';
import { checkWay, parentOf } from './way.ts';
import { makeFile } from './write.ts';

/** The name of the extension. */
export const copyData = 'copy-data';

export async function copy(
  store: Store,
  task: Task,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  store.checkPath(to);
  const [, , found] = await Promise.all([
    checkWay(store, task, parentOf(from)),
    checkWay(store, task, parentOf(to)),
    lookAt(store, task, from),
  ]);
  if (found === 'absent') throw new Finding('not-found', 'there is no such file');
  if (found.kind !== 'file') throw new Finding('precondition', `it is a ${found.kind}`);
  const { size, modified } = found.stamp;
  const source = await task.open('reads', (channel, done) => {
    channel.open(store.absolute(from), 'r', done);
  });
  const target = await openTarget(store, task, to);
  await task.change((channel, done) => {
    channel.ext_copy_data(source, 0, 0, target, 0, done);
  });
  const seconds = modified === undefined || !store.setsTimes ? undefined : secondsOf(modified);
  if (seconds !== undefined) {
    await task.change((channel, done) => {
      channel.fsetstat(target, timesOf(seconds), done);
    });
  }
  const { size: arrived } = await task.ask<Stats>((channel, done) => {
    channel.fstat(target, done);
  });
  await Promise.all([task.close(source), task.close(target)]);
  if (arrived !== size) {
    const message = `${String(arrived)} bytes were copied of ${String(size)}`;
    throw new Finding('corrupt', message);
  }
}

async function openTarget(store: Store, task: Task, to: string): Promise<Buffer> {
  const made = await orRefusal(makeFile(task, store.absolute(to)));
  if (!(made instanceof Refusal)) return made;
  if (isFinal(made)) throw made;
  const found = await lookAt(store, task, to);
  if (found === 'absent') throw await whyNotMade(store, task, { path: to, answer: made });
  throw new Finding('exists', `a ${found.kind} is there already`, { status: made.status });
}
