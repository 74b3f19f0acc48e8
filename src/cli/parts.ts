/**
 * The real parts of this computer: disk, state, clock and engine, and stores by the loader. Imported by the commands that
 * sync, never at start-up: it brings the database along.
 */
import { existsSync } from 'node:fs';
import type { AgentParts } from '../agent.ts';
import type { Config } from '../config/config.ts';
import { openFolder } from '../core/engine/folder.ts';
import type { Transport } from '../core/ports/transport.ts';
import { openDiskTree } from '../host/disk-tree.ts';
import { acquireFolderLock } from '../host/folder-lock.ts';
import { machineIdentity } from '../host/machine.ts';
import { openSqliteState } from '../host/sqlite-state.ts';
import { openStoreProfiles } from '../host/store-profiles.ts';
import { systemClock, systemCodec, systemRandom } from '../host/world.ts';
import { openStore } from '../transport/open-store.ts';
import type { Program } from './program.ts';

export function systemParts(config: Config, program: Program): AgentParts {
  const { around, log, signal, secrets } = program;
  const profiles = openStoreProfiles(config.state);
  const openRaw = async (name: string, mayWrite = true): Promise<Transport> => {
    const store = config.stores.get(name);
    if (store === undefined) throw new Error(`no store "${name}"`);
    const { home, env } = around;
    const given = { config, home, env, log, signal, mayWrite };
    return await openStore(store, { ...given, onSecret: secrets.add });
  };
  return {
    openFolder,
    openStore: async (name, { mayWrite }) => {
      const { asKnown } = await import('../doctor/known-store.ts');
      const connect = (): Promise<Transport> => openRaw(name, mayWrite);
      return await asKnown(await connect(), {
        ...{ name, profiles, connect, mayWrite, signal, log },
        ...{ clock: systemClock, random: systemRandom },
      });
    },
    openRaw,
    profiles,
    openLocal: ({ local }) => openDiskTree(local),
    openState: openSqliteState,
    stateExists: existsSync,
    lock: acquireFolderLock,
    machine: machineIdentity,
    clock: systemClock,
    random: systemRandom,
    codec: systemCodec,
  };
}
