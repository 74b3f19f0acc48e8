/**
 * Several ways to one directory of one machine: an FTP server, an SFTP server, a WebDAV server and the directory itself, each
 * the way of one computer. All of them write as one user, so that each may replace what the others wrote.
 */
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Transport } from '../../src/core/ports/transport.ts';
import { around } from '../../src/transport/layers/around.ts';
import { namesFor } from '../corpus/names.ts';
import type { NameSet } from '../corpus/names.ts';
import { serverOwner } from '../servers/index.ts';
import { Client } from './client.ts';
import type { Stage } from './stage.ts';
import { openStore, PLACE } from './stores.ts';
import type { Store, StoreName } from './stores.ts';

/**
 * SERVER: as it comes, lighttpd shows for up to a second what lay under a name before somebody replaced it by another way.
 * docs/servers.md says what follows from that; here it would only hide what the ways tell.
 */
const unremembered = ['server.stat-cache-engine = "disable"'];

/** The ways of laptop, desk, tower and attic. */
export type Ways = readonly [StoreName, StoreName, StoreName, StoreName];

export async function openMixedStage(ways: Ways): Promise<Stage> {
  const root = mkdtempSync(join(tmpdir(), 'ownsync-test-mixed-'));
  const disk = join(root, 'store');
  chmodSync(root, 0o755);
  mkdirSync(disk);
  giveToServers(disk);
  const stores: Store[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(stores.map((store) => store.close()));
    rmSync(root, { recursive: true, force: true });
  };
  try {
    for (const way of ways) {
      const extra = way === 'lighttpd' ? unremembered : [];
      stores.push(await openStore(way, root, { root: disk, extra }));
    }
  } catch (error) {
    await close();
    throw error;
  }
  const [a, b, c, d] = stores as [Store, Store, Store, Store];
  const client = (name: string, store: Store): Client =>
    new Client(root, name, {
      store: store.settings(),
      ...(store.server === undefined ? { layer: (inner) => asServersDo(disk, inner) } : {}),
    });
  return {
    root,
    // What is asked of it holds for all: where it lies, and who owns it.
    store: { ...a, keepsTimes: stores.every(({ keepsTimes }) => keepsTimes) },
    clients: [client('laptop', a), client('desk', b), client('tower', c), client('attic', d)],
    names: commonNames(ways),
    place: join(disk, PLACE),
    close,
  };
}

function commonNames(ways: Ways): NameSet {
  const takenByAll = (kind: keyof NameSet): NameSet['files'] =>
    namesFor[ways[0]][kind].filter((name) =>
      ways.every((way) => namesFor[way][kind].includes(name)),
    );
  return { files: takenByAll('files'), directories: takenByAll('directories') };
}

const MAKES: readonly string[] = ['write', 'makeDirectory', 'copy'];

/** The superuser runs the tests; what its own client makes in the directory is given to whom the servers write as. */
function asServersDo(disk: string, inner: Transport): Transport {
  return around(inner, {
    call: async ({ name, path }, signal, run) => {
      const result = await run(signal);
      if (MAKES.includes(name)) giveToServers(join(disk, path ?? ''));
      return result;
    },
  });
}

function giveToServers(path: string): void {
  if (serverOwner.user !== undefined) chownSync(path, serverOwner.uid, serverOwner.gid);
}
