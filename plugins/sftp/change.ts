/**
 * Looking, renaming, removing, making directories, setting times: each as a question that must come first, and the
 * request itself. A refusal is explained by looking afterwards, because servers use one number for many reasons; what
 * was looked at may have changed since, so an explanation never undoes anything.
 */
import type { BatchOperation, StoreEntry, TransportErrorKind } from '../../src/plugin-api.ts';
import type { Send } from './connection.ts';
import { list, lookAt } from './entries.ts';
import { Finding, orRefusal, Refusal } from './failures.ts';
import type { Store } from './store.ts';
import type { Task } from './task.ts';
import { checkNoLink, checkWay, parentOf } from './way.ts';

export type Value = StoreEntry | 'absent' | undefined;

export interface Steps {
  /** Changes nothing; throws what keeps the operation from being done. */
  readonly check: () => Promise<unknown>;
  /** Sends its request before it returns, so that several keep their order. */
  readonly act: () => Promise<Value>;
}

type Of<Name extends BatchOperation['operation']> = Extract<BatchOperation, { operation: Name }>;

export function stepsOf(store: Store, task: Task, one: BatchOperation): Steps {
  switch (one.operation) {
    case 'look':
      return { check: () => Promise.resolve(), act: () => look(store, task, one.path) };
    case 'rename':
      return renameSteps(store, task, one);
    case 'remove':
      return {
        check: () => checkWay(store, task, parentOf(one.path)),
        act: () => remove(store, task, one.path),
      };
    case 'removeDirectory':
      return {
        check: () => checkDirectory(store, task, one.path),
        act: () => removeDirectory(store, task, one.path),
      };
    case 'makeDirectory':
      return {
        check: () => checkWay(store, task, parentOf(one.path)),
        act: () => makeDirectory(store, task, one.path),
      };
    case 'setModified':
      return {
        check: () => checkFile(store, task, one),
        act: () => task.change<undefined>(settingTime(store, one)),
      };
  }
}

async function look(store: Store, task: Task, path: string): Promise<StoreEntry | 'absent'> {
  const [, found] = await Promise.all([
    checkWay(store, task, parentOf(path)),
    lookAt(store, task, path),
  ]);
  return found;
}

function renameSteps(store: Store, task: Task, { from, to }: Of<'rename'>): Steps {
  const check = async (): Promise<void> => {
    store.checkPath(to);
    if (from === '' || to === '') throw new Finding('denied', 'the root stays');
    await Promise.all([
      checkWay(store, task, parentOf(from)),
      checkNoLink(store, task, from),
      checkWay(store, task, parentOf(to)),
      checkNoLink(store, task, to),
    ]);
  };
  const act = async (): Promise<undefined> => {
    const [source, target] = [store.absolute(from), store.absolute(to)];
    const replaces = task.connection.offers('posix-rename@openssh.com');
    const answer = await orRefusal(
      task.change((channel, done) => {
        if (replaces) channel.ext_openssh_rename(source, target, done);
        else channel.rename(source, target, done);
      }),
    );
    if (answer instanceof Refusal) throw await whyNotRenamed(store, task, { from, to, answer });
  };
  return { check, act };
}

/** SERVER: OpenSSH says "no such file" also where a directory is to replace a file. */
async function whyNotRenamed(
  store: Store,
  task: Task,
  { from, to, answer }: { readonly from: string; readonly to: string; readonly answer: Refusal },
): Promise<Error> {
  const { status } = answer;
  if (isFinal(answer)) return answer;
  const [source, target] = await Promise.all([lookAt(store, task, from), lookAt(store, task, to)]);
  if (source === 'absent')
    return new Finding('not-found', 'there is nothing to rename', { status });
  if (target === 'absent' || from === to) return whyNotMade(store, task, { path: to, answer });
  const full = target.kind === 'directory' && !(await isEmpty(store, task, to));
  return new Finding(full ? 'not-empty' : 'exists', `${to} is there already`, { status });
}

async function remove(store: Store, task: Task, path: string): Promise<undefined> {
  const answer = await orRefusal(
    task.change((channel, done) => {
      channel.unlink(store.absolute(path), done);
    }),
  );
  if (!(answer instanceof Refusal)) return;
  const found = await lookAt(store, task, path);
  if (found === 'absent') return;
  const { status } = answer;
  if (found.kind === 'directory')
    throw new Finding('precondition', 'it is a directory', { status });
  throw plain(answer);
}

async function checkDirectory(store: Store, task: Task, path: string): Promise<void> {
  if (path === '') throw new Finding('denied', 'the root stays');
  await Promise.all([checkWay(store, task, parentOf(path)), checkNoLink(store, task, path)]);
}

async function removeDirectory(store: Store, task: Task, path: string): Promise<undefined> {
  const answer = await orRefusal(
    task.change((channel, done) => {
      channel.rmdir(store.absolute(path), done);
    }),
  );
  if (!(answer instanceof Refusal)) return;
  const { status } = answer;
  const found = await lookAt(store, task, path);
  if (found === 'absent') return;
  if (found.kind !== 'directory') {
    throw new Finding('precondition', `it is a ${found.kind}`, { status });
  }
  if (!isFinal(answer) && !(await isEmpty(store, task, path))) {
    throw new Finding('not-empty', 'the directory is not empty', { status });
  }
  throw plain(answer);
}

async function makeDirectory(store: Store, task: Task, path: string): Promise<undefined> {
  const answer = await orRefusal(
    task.change((channel, done) => {
      channel.mkdir(store.absolute(path), done);
    }),
  );
  if (!(answer instanceof Refusal)) return;
  // What is there already may be refused for want of rights, too.
  if (isFinal(answer) && answer.kind !== 'denied') throw answer;
  const found = await lookAt(store, task, path);
  if (found === 'absent') throw await whyNotMade(store, task, { path, answer });
  if (found.kind === 'directory') return;
  throw new Finding('exists', `a ${found.kind} is there already`, { status: answer.status });
}

async function checkFile(store: Store, task: Task, one: Of<'setModified'>): Promise<void> {
  if (secondsOf(one.modified) === undefined) {
    throw new Finding('unsupported', 'SFTP has no such time');
  }
  const found = await look(store, task, one.path);
  if (found === 'absent') throw new Finding('not-found', 'there is no such file');
  if (found.kind !== 'file') throw new Finding('precondition', `it is a ${found.kind}`);
}

function settingTime(store: Store, { path, modified }: Of<'setModified'>): Send<undefined> {
  return (channel, done) => {
    channel.setstat(store.absolute(path), timesOf(secondsOf(modified) ?? 0), done);
  };
}

/** What a request that sets a file's time carries. SFTP sets both times or none. */
export function timesOf(seconds: number): { readonly atime: number; readonly mtime: number } {
  return { atime: Math.floor(Date.now() / 1000), mtime: seconds };
}

/** Seconds since 1970, rounded down; undefined for a time that SFTP's 32 bits cannot hold. */
export function secondsOf(milliseconds: number): number | undefined {
  const seconds = Math.floor(milliseconds / 1000);
  return seconds >= 0 && seconds < 2 ** 32 ? seconds : undefined;
}

/** Why nothing could be put at a path where nothing is: its parent is missing, or what the server said. */
export async function whyNotMade(
  store: Store,
  task: Task,
  { path, answer }: { readonly path: string; readonly answer: Refusal },
): Promise<Error> {
  const parent = parentOf(path);
  const found = await lookAt(store, task, parent);
  if (found !== 'absent' && found.kind === 'directory') return plain(answer);
  return new Finding('not-found', `there is no directory ${parent}`, { status: answer.status });
}

async function isEmpty(store: Store, task: Task, path: string): Promise<boolean> {
  const { entries, complete } = await list(store, task, path);
  return complete && entries.length === 0;
}

/** A refusal that looking around would not explain better. */
export function isFinal({ kind }: Refusal): boolean {
  const final: readonly TransportErrorKind[] = [
    ...(['denied', 'no-space', 'invalid-name', 'unsupported', 'unreachable'] as const),
  ];
  return final.includes(kind);
}

/** A refusal in the server's words. What it claims about what is there was looked at and is not so, or not any more. */
export function plain(answer: Refusal): Error {
  const doubtful = ['not-found', 'not-empty', 'exists'].includes(answer.kind);
  const { status } = answer;
  return doubtful ? new Finding('unknown', 'the server refused it', { status }) : answer;
}
