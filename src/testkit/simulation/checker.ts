/**
 * Judges a world after its faults have stopped: the quiet rounds, and what must be true after them. It believes the disks
 * and the store, never the engine.
 */
import { linkMark } from './acts.ts';
import type { SimulatedClient, Simulation } from './client.ts';
import { isPrivatePath } from './world.ts';

const mostLoops = 16;
const betweenSyncs = 100_000;

/** Everybody starts anew and has rounds alone until nothing changes any more; then the checks. */
export async function judge(world: Simulation): Promise<void> {
  const late = world.script.late.map((index) => world.clients[index]).filter((c) => c?.syncing);
  for (const client of world.clients) if (!late.includes(client)) client.crash();
  world.chaos = false;
  world.note('quiet');
  world.pass(betweenSyncs);
  const awake = world.clients.filter((client) => !late.includes(client));
  if (late.length > 0) {
    await loop(world, awake);
    for (const client of late) {
      world.note(`${client?.name ?? '?'} wakes up late`);
      await client?.finish();
    }
  }
  const last = await untilCalm(world);
  if (isOver(world)) return;
  compareTrees(world);
  checkLost(world);
  if (last.calm === 0) {
    world.fail(
      'restless',
      `after ${String(mostLoops)} loops: ${last.changes.slice(0, 8).join('; ')}`,
    );
  } else if (world.failures.length === 0) await lastRound(world);
}

/** Nothing that follows would tell more. */
function isOver(world: Simulation): boolean {
  return world.failures.some(({ kind }) => kind === 'hang' || kind === 'threw');
}

async function untilCalm(world: Simulation): Promise<{ calm: number; changes: readonly string[] }> {
  let calm = 0;
  let changes: readonly string[] = [];
  for (let count = 0; count < mostLoops && !isOver(world); count += 1) {
    changes = await loop(world, world.clients);
    calm = changes.length === 0 ? calm + 1 : 0;
    if (calm > 0 && treesAreEqual(world)) break;
  }
  return { calm, changes };
}

/** One sync of each, one after the other. Returns what changed, `clients/` files left out. */
async function loop(world: Simulation, clients: readonly SimulatedClient[]): Promise<string[]> {
  const changes: string[] = [];
  for (const client of clients) {
    changes.push(...(await watchedSync(world, client)).changes);
    if (isOver(world)) break;
    world.pass(betweenSyncs);
  }
  return changes;
}

async function watchedSync(world: Simulation, client: SimulatedClient) {
  const before = signature(client);
  world.writes = [];
  const report = await client.quietSync();
  const changes = world.writes.filter((write) => !/ \.ownsync\/clients\/[^/ ]+$/.test(write));
  if (signature(client) !== before) changes.push(`${client.name} changed its own tree`);
  // A held path waits for a person; here the person always agrees.
  if ((report?.held.length ?? 0) > 0) client.accept();
  if (report?.halt?.reason === 'store-emptied') await client.rejoin();
  return { report, changes };
}

/** Everything a stat tells of a disk. */
function signature(client: SimulatedClient): string {
  const { volume } = client.disk.state;
  return [...client.disk.user.tree()]
    .map(([path, entry]) => {
      const node = volume.find(path);
      const ctime = node?.kind === 'file' ? node.ctime : 0;
      return `${path} ${String(node?.id)} ${String(ctime)} ${JSON.stringify(entry)}`;
    })
    .join('\n');
}

/** A tree in words: kind and content, and for files the metadata that must be the same everywhere. */
function describeTree(client: SimulatedClient, precision: number): string[] {
  return [...client.disk.user.tree()].map(([path, entry]) => {
    if (entry.kind === 'link') return `${path} ${linkMark(entry.target)}`;
    if (entry.kind !== 'file') return `${path}/`;
    const second = Math.floor((entry.mtime * 1000) / precision) * (precision / 1000);
    return `${path} = ${entry.text} @${String(second)}${entry.executable ? ' +x' : ''}`;
  });
}

function treesAreEqual(world: Simulation): boolean {
  return differences(world).length === 0;
}

function compareTrees(world: Simulation): void {
  for (const difference of differences(world)) world.fail('diverged', difference);
}

function differences(world: Simulation): string[] {
  const precision = Math.max(1000, ...world.clients.map(({ spec }) => spec.mtimePrecision));
  const trees = world.clients.map((client) => ({
    name: client.name,
    lines: describeTree(client, precision),
  }));
  const found: string[] = [];
  const [first, ...others] = trees;
  if (first === undefined) return found;
  for (const other of others) {
    const gap = differ(first.lines, other.lines);
    if (gap !== undefined) found.push(`${first.name} and ${other.name}: ${gap}`);
  }
  const gap = differFromStore(world);
  if (gap !== undefined) found.push(`${first.name} and the store: ${gap}`);
  return found;
}

function differ(a: readonly string[], b: readonly string[]): string | undefined {
  const onlyA = a.filter((line) => !b.includes(line));
  const onlyB = b.filter((line) => !a.includes(line));
  if (onlyA.length + onlyB.length === 0) return undefined;
  return `[${onlyA.join('; ')}] against [${onlyB.join('; ')}]`;
}

/** Links are in records only; whether a directory with nothing but links is on the store is the engine's choice. */
function differFromStore(world: Simulation): string | undefined {
  const [first] = world.clients;
  if (first === undefined) return undefined;
  const tree = [...first.disk.user.tree()];
  const below = (path: string) => tree.filter(([other]) => other.startsWith(`${path}/`));
  const plain = (path: string): boolean =>
    below(path).some(
      ([other, { kind }]) => kind === 'file' || (kind === 'directory' && below(other).length === 0),
    );
  const linked = (path: string): boolean =>
    tree.some(([other, entry]) => entry.kind === 'link' && other.startsWith(`${path}/`));
  const open = new Set(tree.map(([path]) => path).filter((path) => linked(path) && !plain(path)));
  const local = tree.flatMap(([path, entry]) => {
    if (entry.kind === 'link' || open.has(path)) return [];
    return [entry.kind === 'file' ? `${path} = ${entry.text}` : `${path}/`];
  });
  const store = [...world.storeTree()].flatMap(([path, text]) => {
    if (text === '/') return open.has(path) ? [] : [`${path}/`];
    return [`${path} = ${text}`];
  });
  return differ(local, store);
}

/** Every content that nobody replaced or deleted is on every client. */
function checkLost(world: Simulation): void {
  for (const client of world.clients) {
    const there = new Set<string>();
    for (const entry of client.disk.user.tree().values()) {
      if (entry.kind === 'file') there.add(entry.text);
      if (entry.kind === 'link') there.add(linkMark(entry.target));
    }
    for (const [content, where] of world.ledger.live) {
      if (there.has(content) || world.ledger.isRepeated(content)) continue;
      world.fail('lost', `${content} (written at ${where}) is not on ${client.name}`);
    }
  }
}

/** Everybody restarted once more: a round writes nothing but `clients/`, and says that all is well. */
async function lastRound(world: Simulation): Promise<void> {
  for (const client of world.clients) client.crash();
  world.pass(3_700_000);
  for (const client of world.clients) {
    const { report, changes } = await watchedSync(world, client);
    if (changes.length > 0) {
      world.fail('restless', `${client.name} restarted: ${changes.slice(0, 8).join('; ')}`);
    }
    if (report === undefined || (report.inSync && report.problems.length === 0)) continue;
    const { inSync, problems, held, halt } = report;
    const told = JSON.stringify({ inSync, problems, held, halt });
    world.fail('report', `${client.name} says ${told} though all trees are equal`);
  }
}

/** For the traces of tests: what is where at this moment. */
export function showWorld(world: Simulation): string[] {
  const lines = world.clients.map(
    (client) => `${client.name}: ${describeTree(client, 1000).join('; ')}`,
  );
  const store = [...world.storeTree()].map(([path, text]) => `${path} = ${text}`);
  const own = [...world.store.tree()].filter(([path, text]) => isPrivatePath(path) && text !== '/');
  return [...lines, `store: ${store.join('; ')}`, ...own.map(([path]) => `store own: ${path}`)];
}
