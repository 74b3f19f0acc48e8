/**
 * The SFTP transport plugin: its definition, opening a store, and what the server told about itself as capabilities.
 * Operations are in operations.ts.
 */
import type { Stats } from 'ssh2';
import {
  CONTRACT,
  definePlugin,
  type AboutStore,
  type Capabilities,
  type PluginContext,
  type Transport,
} from '../../src/plugin-api.ts';
import { secondsOf, timesOf } from './change.ts';
import type { Connection } from './connection.ts';
import { copyData } from './copy.ts';
import { Finding, orRefusal, Refusal } from './failures.ts';
import { entryOf } from './entries.ts';
import { logIn, planLogin, type LoginPlan } from './login.ts';
import { transportOf } from './operations.ts';
import { sftpOptions, type SftpOptions } from './options.ts';
import { diskFacts } from './space.ts';
import { Store } from './store.ts';
import type { Task } from './task.ts';

/** Operations at once: all go over the one connection. */
const parallel = 16;

export default definePlugin<SftpOptions>({
  name: 'sftp',
  contract: CONTRACT,
  options: sftpOptions,
  secrets: ['password', 'passphrase'],
  open,
});

async function open(options: SftpOptions, context: PluginContext): Promise<Transport> {
  const { signal, baseDirectory } = context;
  let plan: LoginPlan | undefined;
  const store = new Store({
    secrets: [options.password ?? '', options.passphrase ?? ''],
    connect: async (stop) => {
      plan ??= await planLogin(options, baseDirectory);
      return logIn(plan, stop);
    },
  });
  try {
    return await store.run({ operation: 'open', path: '', signal }, async (task) => {
      store.base = await baseOf(task, options.root);
      const disk = await orRefusal(diskFacts(store, task));
      if (!(disk instanceof Refusal)) store.nameBytes = disk?.longestName ?? store.nameBytes;
      const capabilities = await capabilitiesOf(store, task);
      return transportOf(store, capabilities, () => Promise.resolve(aboutOf(task.connection)));
    });
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** The root as an absolute path without links and without the slash at its end. It must be a directory. */
async function baseOf(task: Task, root: string): Promise<string> {
  const given = await orRefusal(
    task.ask<string>((channel, done) => {
      channel.realpath(root, done);
    }),
  );
  const real = given instanceof Refusal ? root : given;
  const attributes = await orRefusal(
    task.ask<Stats>((channel, done) => {
      channel.stat(real, done);
    }),
  );
  if (attributes instanceof Refusal) {
    const { kind, status } = attributes;
    if (kind !== 'not-found') throw attributes;
    throw new Finding('not-found', `there is no directory ${root} on the server`, { status });
  }
  if (entryOf(attributes)?.kind !== 'directory') {
    throw new Finding('exists', `${root} is not a directory on the server`);
  }
  return real.replace(/\/+$/, '');
}

async function capabilitiesOf(store: Store, task: Task): Promise<Capabilities> {
  const { connection } = task;
  // Defined to behave as POSIX rename: a file is replaced, a directory with content is not. The protocol's own rename
  // should replace nothing, but how exclusively is left to each server.
  const posix = connection.offers('posix-rename@openssh.com');
  const [setsTimes, caseSensitive] = await Promise.all([
    canSetTimes(store, task),
    tellsCases(store, task),
  ]);
  store.setsTimes = setsTimes;
  return {
    parallel,
    resume: true,
    renameOnto: { file: posix ? 'replaces' : 'unknown', directory: posix ? 'refuses' : 'unknown' },
    copy: connection.offers(copyData),
    modified: setsTimes ? 'set' : 'read',
    modifiedPrecision: 1000,
    etag: 'none',
    ids: false,
    caseSensitive,
    unicode: 'as-given',
    nameBytes: store.nameBytes,
  };
}

/** Asks with a name too long to exist: what a server says to it tells whether it knows the request, and changes nothing. */
async function canSetTimes(store: Store, task: Task): Promise<boolean> {
  const impossible = `${store.base}/${'n'.repeat(store.nameBytes + 45)}`;
  const answer = await orRefusal(
    task.ask((channel, done) => {
      channel.setstat(impossible, timesOf(secondsOf(Date.now()) ?? 0), done);
    }),
  );
  return !(answer instanceof Refusal && answer.kind === 'unsupported');
}

/** The root's own name in other letters: where nothing has that, they count. A root without letters tells nothing. */
async function tellsCases(store: Store, task: Task): Promise<boolean> {
  const at = store.base.lastIndexOf('/') + 1;
  const name = store.base.slice(at);
  const other = name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase();
  if (other === name) return false;
  const answer = await orRefusal(
    task.ask<Stats>((channel, done) => {
      channel.lstat(store.base.slice(0, at) + other, done);
    }),
  );
  return answer instanceof Refusal && answer.kind === 'not-found';
}

function aboutOf({ facts }: Connection): AboutStore {
  const { ident, extensions } = facts;
  const has = (extension: string, drives: string) => ({
    ...{ name: extension, value: extensions.has(extension) ? 'offered' : 'not offered', drives },
  });
  return {
    identity: ident,
    facts: [
      has('posix-rename@openssh.com', 'how files are renamed'),
      has('fsync@openssh.com', 'whether a written file is known to be on the disk'),
      has('statvfs@openssh.com', 'free space, the longest name'),
      has(copyData, 'copying on the server'),
    ],
  };
}
