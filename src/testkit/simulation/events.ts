/**
 * Carries out one event of a script on a world. Events that make no sense at their moment do nothing, so that any part of a
 * script is a script.
 */
import type { MemorySnapshot } from '../memory-store.ts';
import { perform } from './acts.ts';
import { heldMark, SimulatedClient, type Simulation } from './client.ts';
import { contentsOf } from './compare.ts';
import { describeEvent, type SimulationEvent } from './script.ts';
import { isPrivatePath } from './world.ts';

export async function carryOutEvent(world: Simulation, event: SimulationEvent): Promise<void> {
  if (event.do === 'act') {
    const who = event.who === 'store' ? 'store' : world.clients[event.who];
    if (who !== undefined) perform(world, who, event.what);
    return;
  }
  if (event.do === 'step') {
    await world.clients[event.client]?.step(event);
    return;
  }
  if (event.do === 'rejoin') {
    await world.clients[event.client]?.rejoin();
    return;
  }
  if (happens(world, event)) {
    world.note(describeEvent(event, (client) => world.clients[client]?.name ?? '?'));
  }
}

type Other = Exclude<SimulationEvent, { do: 'act' } | { do: 'step' } | { do: 'rejoin' }>;
type OfClient = Extract<Other, { client: number }>;

/** False: it made no sense now. */
function happens(world: Simulation, event: Other): boolean {
  switch (event.do) {
    case 'time':
      world.pass(event.milliseconds);
      return true;
    case 'store-backup':
      // Before the folder was made on the store there is nothing that could be put back.
      if (world.store.find('.ownsync/format.json') === undefined) return false;
      world.storeBackup = world.store.snapshot();
      return true;
    case 'store-wipe':
    case 'store-restore':
      return setStoreBack(world, event);
    case 'room':
      return makeRoom(world, event);
    default: {
      const client = world.clients[event.client];
      return client !== undefined && happensTo(world, client, event);
    }
  }
}

function happensTo(world: Simulation, client: SimulatedClient, event: OfClient): boolean {
  switch (event.do) {
    case 'start':
      return client.start();
    case 'crash':
      if (!client.syncing) return false;
      client.crash();
      return true;
    case 'crash-at-commit':
      client.crashAtCommit(event.before);
      return client.syncing;
    case 'cancel':
      if (!client.syncing) return false;
      client.cancel();
      return true;
    case 'accept':
      return client.accept() > 0;
    case 'restore-held':
      return client.restoreHeld() > 0;
    case 'unmark':
      client.crash();
      client.disk.state.marker = undefined;
      client.held.clear();
      if (event.empty)
        for (const path of client.disk.user.tree().keys()) client.disk.user.remove(path);
      forgetWhatIsNowhere(world);
      return true;
    case 'suspend':
      client.sleepMachine(event.milliseconds);
      world.pass(event.milliseconds);
      return true;
    case 'backup':
      client.backup = {
        disk: client.disk.copy({ fresh: false }),
        state: client.state.copy(),
      };
      return true;
    case 'restore':
      return restore(world, event);
    case 'clone':
      return clone(world, client, event.older);
  }
}

function makeRoom(world: Simulation, { who, bytes }: Extract<Other, { do: 'room' }>): boolean {
  const room = bytes ?? Number.POSITIVE_INFINITY;
  if (who === 'store') world.store.space = room;
  else {
    const client = world.clients[who];
    if (client === undefined) return false;
    client.disk.state.space = room;
  }
  return true;
}

/** A tree from before the folder was joined would rightly be halted. */
function restore(world: Simulation, event: Extract<Other, { do: 'restore' }>): boolean {
  const { what } = event;
  const client = world.clients[event.client];
  if (client?.backup === undefined) return false;
  if (client.backup.disk.state.marker !== client.disk.state.marker) return false;
  client.crash();
  const before = contentsOf(client);
  if (what !== 'tree') {
    client.state.restore(client.backup.state);
    client.held.clear(); // it has forgotten some of it
  }
  if (what !== 'state') client.disk.restore(client.backup.disk);
  if (what === 'tree') {
    // A tree without its state cannot be told from one whose owner deleted what it lacks.
    const after = contentsOf(client);
    for (const content of before) if (!after.has(content)) world.ledger.gone(content);
  }
  forgetWhatIsNowhere(world);
  return true;
}

function clone(world: Simulation, client: SimulatedClient, older: boolean): boolean {
  const from = older ? client.backup : { disk: client.disk, state: client.state };
  if (from === undefined) return false;
  const { label, spec } = client;
  // Two copies of one computer are two machines.
  let name = `${client.name}X`;
  while (world.clients.some((other) => other.name === name)) name += 'X';
  world.clients.push(new SimulatedClient(world, { name, spec, from: { label, ...from } }));
  return true;
}

function setStoreBack(
  world: Simulation,
  event: Extract<Other, { do: 'store-wipe' } | { do: 'store-restore' }>,
): boolean {
  const { store } = world;
  if (event.do === 'store-wipe') {
    // Who had not joined would make another folder, and the others would rightly be halted.
    if (world.clients.some(({ disk }) => disk.state.marker === undefined)) return false;
    const root = store.find('');
    if (root?.kind !== 'directory') return false;
    for (const name of [...root.children.keys()]) store.remove(name);
  } else {
    if (world.storeBackup === undefined) return false;
    if (event.filesOnly === true) setFilesBack(world, world.storeBackup);
    else setAllBack(world, world.storeBackup);
    if (event.restamp) restamp(world);
    world.checkStore('store', 'set back');
  }
  forgetWhatIsNowhere(world);
  return true;
}

/** Who had not seen a file on the store since he placed it cannot tell that it is gone from what a program puts there next. */
function setAllBack(world: Simulation, backup: MemorySnapshot): void {
  const before = world.storeTree();
  world.store.restore(backup);
  const after = world.storeTree();
  for (const [path, text] of before) {
    if (text === '/' || after.get(path) === text || world.listed.has(text)) continue;
    world.ledger.comesBack(path, text);
  }
}

/**
 * As if a program had deleted what is newer, and written what is older. What nobody has listed yet cannot pass for deleted, and
 * what everybody held before cannot pass for newer than what took its place.
 */
function setFilesBack(world: Simulation, backup: MemorySnapshot): void {
  const { store, ledger } = world;
  const before = world.storeTree();
  const own = store.find('.ownsync');
  store.restore(backup);
  const root = store.find('');
  if (root?.kind === 'directory' && own !== undefined) root.children.set('.ownsync', own);
  const after = world.storeTree();
  for (const [path, text] of before) {
    const back = after.get(path);
    if (text === '/' || back === text) continue;
    const isOld =
      back !== undefined && world.clients.every(({ held }) => held.has(heldMark(path, back)));
    if (back === undefined ? world.listed.has(text) : !isOld) ledger.gone(text);
    else ledger.comesBack(path, text);
  }
}

/** A backup tool that writes the files anew. */
function restamp(world: Simulation): void {
  world.pass(1000);
  for (const path of world.store.tree().keys()) {
    const node = world.store.find(path);
    if (node?.kind === 'file' && !isPrivatePath(path)) world.store.touch(node);
  }
}

/** What existed only on what was set back is gone, and nobody can bring it again. */
function forgetWhatIsNowhere(world: Simulation): void {
  const there = new Set(world.storeTree().values());
  for (const client of world.clients) for (const content of contentsOf(client)) there.add(content);
  for (const content of [...world.ledger.live.keys()]) {
    if (!there.has(content)) world.ledger.gone(content);
  }
}
