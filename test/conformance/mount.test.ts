/**
 * The mount plugin keeps the transport contract on this computer's temporary directory.
 */
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mount from '../../plugins/mount/index.ts';
import { describeTransport, type Outside } from '../../src/testkit/index.ts';

describeTransport('mount', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'ownsync-mount-test-'));
  const open = () =>
    mount.open(
      { path: directory, commandTimeout: 50 },
      {
        signal: new AbortController().signal,
        baseDirectory: tmpdir(),
        log: () => undefined,
      },
    );
  return {
    transport: await open(),
    open,
    outside: onDisk(directory),
    cleanup: () => rm(directory, { recursive: true, force: true }),
  };
});

function onDisk(root: string): Outside {
  return {
    write: (path, bytes) => writeFile(join(root, path), bytes),
    read: (path) => readFile(join(root, path)),
    names: (path) => readdir(join(root, path)),
    remove: (path) => rm(join(root, path)),
    link: (path, target) => symlink(target, join(root, path)),
  };
}
