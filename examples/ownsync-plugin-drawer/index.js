/**
 * An ownsync transport plugin, complete and small: a store in a directory of this computer. Put your protocol in its place.
 * docs/plugins.md of ownsync explains it line by line.
 */
import { lstat, mkdir, open, readdir, rename, rmdir, unlink, utimes } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CONTRACT, definePlugin, orAborted, TransportError, z } from 'ownsync/plugin-api';

/** One table. What is not in it stays `unknown`. */
const kinds = {
  ENOENT: 'not-found',
  EEXIST: 'exists',
  EISDIR: 'exists',
  ENOTDIR: 'exists',
  ENOTEMPTY: 'not-empty',
  ENAMETOOLONG: 'invalid-name',
  EINVAL: 'invalid-name',
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'denied',
  ENOSPC: 'no-space',
  EIO: 'unreachable',
};

function fail(kind, operation, path, reason, cause) {
  return new TransportError(`${operation} ${path}: ${reason}`, { kind, operation, path, cause });
}

/** Runs one operation: obeys the signal and translates every error. */
async function perform(operation, path, signal, run) {
  try {
    signal.throwIfAborted();
    return await orAborted(run(), signal);
  } catch (error) {
    if (signal.aborted) throw fail('cancelled', operation, path, 'cancelled', signal.reason);
    if (error instanceof TransportError) throw error;
    throw fail(kinds[error.code] ?? 'unknown', operation, path, error.message, error);
  }
}

function entryOf(stats) {
  const kind = stats.isFile()
    ? 'file'
    : stats.isDirectory()
      ? 'directory'
      : stats.isSymbolicLink()
        ? 'link'
        : 'other';
  const modified = Math.floor(stats.mtimeMs / 1000) * 1000;
  return { kind, stamp: { size: stats.size, modified, precision: 1000 } };
}

function openDrawer(root) {
  const at = (path) => join(root, path);
  const statOf = async (operation, path, kind) => {
    const stats = await lstat(at(path));
    const right = kind === 'file' ? stats.isFile() : stats.isDirectory();
    if (!right) throw fail('precondition', operation, path, `it is not a ${kind}`);
    return stats;
  };
  const transport = {
    capabilities: {
      parallel: 4,
      resume: false,
      renameOnto: { file: 'replaces', directory: 'refuses' },
      copy: false,
      modified: 'set',
      modifiedPrecision: 1000,
      etag: 'none',
      ids: false,
      caseSensitive: false,
      unicode: 'as-given',
      nameBytes: 255,
    },
    list: (path, signal) =>
      perform('list', path, signal, async () => {
        const entries = [];
        for (const name of await readdir(at(path))) {
          entries.push({ name, ...entryOf(await lstat(join(at(path), name))) });
        }
        return { entries, complete: true };
      }),
    look: (path, signal) =>
      perform('look', path, signal, async () => {
        try {
          return entryOf(await lstat(at(path)));
        } catch (error) {
          if (error.code === 'ENOENT') return 'absent';
          throw error;
        }
      }),
    read: (path, from, signal) =>
      perform('read', path, signal, async () => {
        const stats = await statOf('read', path, 'file');
        const stream = chunks(at(path), path, { from, size: stats.size, signal });
        return { stream, stamp: entryOf(stats).stamp };
      }),
    write: (path, source, signal) =>
      perform('write', path, signal, async () => {
        const file = await open(at(path), 'w');
        try {
          await pour(file, path, source, signal);
          await file.sync();
        } finally {
          await file.close();
        }
        if (source.modified !== undefined) {
          const seconds = Math.floor(source.modified / 1000);
          await utimes(at(path), seconds, seconds);
        }
        return entryOf(await lstat(at(path))).stamp;
      }),
    rename: (from, to, signal) => perform('rename', from, signal, () => rename(at(from), at(to))),
    remove: (path, signal) =>
      perform('remove', path, signal, () =>
        unlessMissing(async () => {
          if ((await lstat(at(path))).isDirectory())
            throw fail('precondition', 'remove', path, 'it is a directory');
          await unlink(at(path));
        }),
      ),
    removeDirectory: (path, signal) =>
      perform('removeDirectory', path, signal, () => unlessMissing(() => rmdir(at(path)))),
    makeDirectory: (path, signal) =>
      perform('makeDirectory', path, signal, async () => {
        try {
          await mkdir(at(path));
        } catch (error) {
          if (error.code !== 'EEXIST') throw error;
          await statOf('makeDirectory', path, 'directory');
        }
      }),
    setModified: (path, modified, signal) =>
      perform('setModified', path, signal, async () => {
        await statOf('setModified', path, 'file');
        await utimes(at(path), modified / 1000, modified / 1000);
      }),
    close: async () => {
      for (const operation of Object.keys(transport)) {
        if (operation === 'close' || operation === 'capabilities') continue;
        transport[operation] = async () => {
          throw fail('unreachable', operation, '', 'the store was closed');
        };
      }
    },
  };
  return transport;
}

async function unlessMissing(run) {
  await run().catch((error) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

/** Checks the size: both a source that ends early and one that goes on are `corrupt`. */
async function pour(file, path, source, signal) {
  let done = 0;
  try {
    for await (const chunk of source.open(0)) {
      signal.throwIfAborted();
      done += chunk.length;
      if (done > source.size) break;
      if (chunk.length > 0) await file.writeFile(chunk);
    }
  } catch (error) {
    if (error.code !== undefined || signal.aborted) throw error;
    throw fail('corrupt', 'write', path, 'the source failed', error);
  }
  if (done !== source.size) throw fail('corrupt', 'write', path, `${done} bytes of ${source.size}`);
}

/** Ends only at the end: fewer bytes than the size told are an error. */
async function* chunks(place, path, { from, size, signal }) {
  const file = await open(place, 'r');
  try {
    for (let position = from; position < size;) {
      const buffer = new Uint8Array(Math.min(65_536, size - position));
      const { bytesRead } = await perform('read', path, signal, () =>
        file.read(buffer, 0, buffer.length, position),
      );
      if (bytesRead === 0)
        throw fail('corrupt', 'read', path, `it ended after ${position} of ${size} bytes`);
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

export default definePlugin({
  name: 'drawer',
  contract: CONTRACT,
  options: z.strictObject({ path: z.string().describe('The directory that is the store.') }),
  secrets: [],
  open: async (options, { baseDirectory, signal }) => {
    const root = resolve(baseDirectory, options.path);
    await perform('open', '', signal, () => readdir(root));
    return openDrawer(root);
  },
});
