/** The contract's operations over one place: each hands over to the file its name suggests. Holds no protocol of its own. */
import type { Transport } from '../../src/plugin-api.ts';
import { aboutOf } from './about.ts';
import { makeDirectory, remove, removeDirectory, removeTree } from './change.ts';
import type { Call, Frame } from './frame.ts';
import { rename } from './move.ts';
import { list, look, type Place } from './propfind.ts';
import { read, write } from './transfer.ts';

export interface Parts {
  readonly login: () => string;
  readonly place: Place;
  readonly frame: Frame;
  readonly close: () => void;
}

export function transportOf({ place, frame, login, close }: Parts): Transport {
  const { dialect } = place;
  const call = (operation: string, path: string, signal: AbortSignal): Call => ({
    ...{ operation, path, signal, reads: ['list', 'look', 'read', 'space'].includes(operation) },
  });
  const run = <T>(
    operation: string,
    { path, signal }: { readonly path: string; readonly signal: AbortSignal },
    action: () => Promise<T>,
  ): Promise<T> => frame.run(call(operation, path, signal), action);
  const setModified = dialect.setModified?.bind(dialect);
  const space = dialect.space?.bind(dialect);
  return {
    capabilities: dialect.capabilities,
    refuses: (path) => frame.refuses(path),
    list: (path, signal) => run('list', { path, signal }, () => list(place, path, signal)),
    look: (path, signal) => run('look', { path, signal }, () => look(place, path, signal)),
    read: (path, from, signal) => read({ place, frame }, call('read', path, signal), from),
    write: (path, source, signal) =>
      run('write', { path, signal }, () => write(place, { path, source, signal })),
    rename: (from, to, signal) =>
      run('rename', { path: from, signal }, async () => {
        frame.checkPath(to);
        await rename(place, { from, to }, signal);
      }),
    remove: (path, signal) => run('remove', { path, signal }, () => remove(place, path, signal)),
    removeDirectory: (path, signal) =>
      run('removeDirectory', { path, signal }, () => removeDirectory(place, path, signal)),
    removeTree: (path, signal) =>
      run('removeTree', { path, signal }, () => removeTree(place, path, signal)),
    makeDirectory: (path, signal) =>
      run('makeDirectory', { path, signal }, () => makeDirectory(place, path, signal)),
    ...(setModified === undefined
      ? {}
      : {
          setModified: (path, modified, signal) =>
            run('setModified', { path, signal }, () => setModified(path, modified, signal)),
        }),
    ...(space === undefined
      ? {}
      : {
          space: (signal) => run('space', { path: '', signal }, () => space(signal)),
        }),
    about: (signal, scratch) =>
      run('about', { path: scratch ?? '', signal }, () =>
        aboutOf({ place, login: login() }, signal, scratch),
      ),
    close: () => {
      frame.close();
      close();
      return Promise.resolve();
    },
  };
}
