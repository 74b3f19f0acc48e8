/**
 * Trouble that is no kill: a sync is held at a step, meanwhile the server is ended and started again, every connection is reset,
 * or a disk is filled; then it goes on and ends as it can. Held to the same promises as after a kill.
 */
import { chownSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serverOwner } from '../servers/index.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import type { CuttingProxy } from '../support/cutting-proxy.ts';
import type { Client } from '../scenarios/client.ts';
import type { Stage } from '../scenarios/stage.ts';
import { mountDisk } from '../scenarios/trouble.ts';
import { runHeld } from './program.ts';
import type { Aim } from './program.ts';
import type { World } from './world.ts';

export type Trouble = 'server restarted' | 'connections reset' | 'store full' | 'disk full here';

const ROOM = '64m';
/** More than is left, whatever is there. */
const FILLER = Buffer.alloc(1_000_000);

/** Which of them can be made here. */
export function troublesOn(stage: Stage, canMount: boolean): readonly Trouble[] {
  return [
    ...(stage.store.server === undefined
      ? []
      : (['server restarted', 'connections reset'] as const)),
    ...(canMount ? (['store full', 'disk full here'] as const) : []),
  ];
}

/** A directory that the store's server may use, on a small disk of its own. */
export function smallDisk(directory: string): string {
  const place = join(directory, 'small');
  mountDisk(place, ROOM);
  if (serverOwner.user !== undefined) chownSync(place, serverOwner.uid, serverOwner.gid);
  return place;
}

/** The folder of a computer, still empty, on a small disk of its own. */
export function makeSmall({ folder }: Client): void {
  mountDisk(folder, ROOM);
}

/** One sync with this trouble in its middle. Undefined: it ended before. Told is how it ended. */
export async function troubled(
  { world, client }: { readonly world: World; readonly client: Client },
  what: Trouble,
  aim: Aim,
): Promise<string | undefined> {
  const { stage } = world;
  world.note();
  const undo: (() => Promise<void> | void)[] = [];
  try {
    const proxy = what === 'connections reset' ? await throughProxy(stage, client) : undefined;
    if (proxy !== undefined) undo.push(() => straight(stage, client, proxy));
    const { hit, code } = await runHeld(client, aim, async () => {
      if (what === 'server restarted') await stage.store.server?.restart();
      proxy?.cut();
      const full = what === 'store full' ? stage.store.disk : client.folder;
      if (what === 'store full' || what === 'disk full here') undo.push(fill(full));
    });
    return hit === undefined
      ? undefined
      : `ended with ${String(code)} after ${what} ${hit.moment} ${hit.kind} ${hit.path}`;
  } finally {
    for (const step of undo.reverse()) await step();
    world.checkNothingTorn();
  }
}

/** The client reaches the store through a relay that can cut. */
async function throughProxy(stage: Stage, client: Client): Promise<CuttingProxy> {
  const { host = '', port = 0 } = stage.store.server ?? {};
  const settings = stage.store.settings();
  const protocol = settings.some((line) => line.includes('"ftp"')) ? 'ftp' : 'other';
  const proxy = await startCuttingProxy(host, port, protocol);
  const relayed = settings.map((line) => line.replaceAll(String(port), String(proxy.port)));
  client.configure({ store: relayed });
  return proxy;
}

async function straight(stage: Stage, client: Client, proxy: CuttingProxy): Promise<void> {
  client.configure({ store: stage.store.settings() });
  await proxy.stop();
}

/** Until nothing fits any more. Gives what takes it back. */
function fill(disk: string): () => void {
  const filler = join(disk, '.ownsync-filler');
  mkdirSync(filler, { recursive: true });
  for (let number = 0; ; number += 1) {
    try {
      writeFileSync(join(filler, String(number)), FILLER);
    } catch {
      break;
    }
  }
  return () => {
    if (existsSync(filler)) rmSync(filler, { recursive: true });
  };
}
