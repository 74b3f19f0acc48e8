/**
 * Judges a world after its faults have stopped: the quiet rounds, and what must be true after them. It believes the disks
 * and the store, never the engine.
 */
import type { Held } from '../../core/ports/folder.ts';
import type { SimulatedClient, Simulation } from './client.ts';
import { contentsOf, describeTree, differences, ignoredContents } from './compare.ts';
import { isUndisturbed, textsOf } from './deleted.ts';
import { clearTheWay, settleClash } from './person.ts';
import { isPrivatePath } from './world.ts';

const mostLoops = 16;
const betweenSyncs = 100_000;
/** After the store was set back, what nobody has any more is given up only after so many rounds of each. */
const patience = 7;
/** Longer than anybody is waited for. */
const longSilence = 91 * 24 * 3600 * 1000;
/** So many rounds, and everybody who is about has asked for what is missing, and would give it up. */
const longAbsence = 14;

/** Everybody starts anew and has rounds alone until nothing changes any more; then the checks. */
export async function judge(world: Simulation): Promise<void> {
  const late = world.script.late.map((index) => world.clients[index]).filter((c) => c?.syncing);
  for (const client of world.clients) if (!late.includes(client)) client.crash();
  world.chaos = false;
  world.giveRoom();
  world.note('quiet');
  world.pass(betweenSyncs);
  const awake = world.clients.filter((client) => !late.includes(client));
  if (late.length > 0) {
    const isMissed = world.store.tree('.ownsync/epochs').size > 0;
    for (let count = isMissed ? longAbsence : 1; count > 0 && !isOver(world); count -= 1) {
      await loop(world, awake);
    }
    for (const client of late) {
      world.note(`${client?.name ?? '?'} wakes up late`);
      await client?.finish();
    }
  }
  const last = await untilCalm(world);
  if (isOver(world)) return;
  for (const difference of differences(world)) world.fail('diverged', difference);
  checkLost(world);
  checkBack(world);
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
    const turn = await loop(world, world.clients);
    // An id that nobody knows to be his any more is waited for until it has been silent for long enough.
    if (turn.waits && count === mostLoops / 2) world.pass(longSilence);
    changes = turn.changes;
    calm = changes.length === 0 ? calm + 1 : 0;
    const isPatient = world.rejoined || world.store.tree('.ownsync/epochs').size > 0;
    const enough = isPatient ? patience : 1;
    if (calm >= enough && !turn.waits && differences(world).length === 0) break;
  }
  return { calm, changes };
}

/** One sync of each, one after the other: what changed, `clients/` files left out, and whether any waits for content. */
async function loop(
  world: Simulation,
  clients: readonly SimulatedClient[],
): Promise<{ readonly changes: readonly string[]; readonly waits: boolean }> {
  const all: string[] = [];
  let waits = false;
  for (const client of clients) {
    const { changes, report } = await watchedSync(world, client);
    all.push(...changes);
    // What was lost with a store is given up only after some rounds of everybody.
    waits ||= report?.problems.some(({ kind }) => kind === 'not-on-store') === true;
    if (isOver(world)) break;
    world.pass(betweenSyncs);
  }
  return { changes: all, waits };
}

async function watchedSync(world: Simulation, client: SimulatedClient) {
  const before = signature(client);
  const [here, there] = [textsOf(client), world.storeTree()];
  world.writes = [];
  // What a broken guard does anyway it has not asked about when it is done: so it is asked before.
  const foretold = await heldBefore(world, client);
  const report = await client.quietSync();
  const changes = world.writes.filter((write) => !/ \.ownsync\/clients\/[^/ ]+$/.test(write));
  if (signature(client) !== before) changes.push(`${client.name} changed its own tree`);
  // A held path waits for a person; here the person always agrees. Of two names that a disk cannot tell apart one changes.
  for (const { action, paths } of [...foretold, ...(report?.held ?? [])]) {
    const isHere = action === 'delete-here' || action === 'replace-here';
    const was = isHere ? here : there;
    const is = new Set((isHere ? textsOf(client) : world.storeTree()).values());
    const gone = paths.filter((path) => was.has(path) && !is.has(was.get(path) ?? ''));
    for (const path of gone) world.fail('held', `${client.name} asks, and did: ${action} ${path}`);
  }
  if ((report?.held.length ?? 0) > 0) client.accept();
  if (report?.halt !== undefined) await client.rejoin();
  const blocked = report?.problems.find(({ kind }) => kind === 'other');
  if (blocked !== undefined && clearTheWay(world, client, blocked.path)) {
    changes.push(`${client.name} deleted what is ignored in ${blocked.path}`);
  }
  const clash = report?.problems.find(({ kind }) => kind.endsWith('-clash'));
  if (clash !== undefined && settleClash(client, clash.path)) {
    world.deleted.spareAll();
    changes.push(`${client.name} renamed what clashes with ${clash.path}`);
  }
  return { report, changes };
}

/**
 * What a dry run says is held; only where every deletion is, since it costs as much as a sync, and where nobody left anything
 * half done, which a dry run does not finish.
 */
async function heldBefore(world: Simulation, client: SimulatedClient): Promise<readonly Held[]> {
  const { store, script } = world;
  const isHalfDone = client.interrupted || store.tree('.ownsync/locks').size > 0;
  if (script.limits.guardFiles !== 1 || isHalfDone) return [];
  const report = await client.quietSync({ dryRun: true });
  for (const write of world.writes) world.fail('restless', `${client.name} in a dry run: ${write}`);
  return report?.held ?? [];
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

/** Every content that nobody replaced or deleted is on every client, or where the rules leave it alone. */
function checkLost(world: Simulation): void {
  const leftAlone = ignoredContents(world);
  for (const client of world.clients) {
    const there = contentsOf(client);
    for (const [content, where] of world.ledger.live) {
      if (there.has(content) || leftAlone.has(content) || world.ledger.isRepeated(content))
        continue;
      world.fail('lost', `${content} (written at ${where}) is not on ${client.name}`);
    }
  }
}

/** What a person deleted for good is nowhere. */
function checkBack(world: Simulation): void {
  if (!isUndisturbed(world.script)) return;
  const places = [
    ...world.clients.map((client) => [client.name, contentsOf(client)] as const),
    ['the store', new Set(world.storeTree().values())] as const,
  ];
  for (const [content, { by, path }] of world.deleted.all) {
    const back = places.filter(([, contents]) => contents.has(content)).map(([name]) => name);
    if (back.length === 0) continue;
    world.fail('back', `${content} (deleted at ${by}:${path}) is on ${back.join(', ')} again`);
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
  const lines = world.clients.map((client) => `${client.name}: ${describeTree(client).join('; ')}`);
  const store = [...world.storeTree()].map(([path, text]) => `${path} = ${text}`);
  const own = [...world.store.tree()].filter(([path, text]) => isPrivatePath(path) && text !== '/');
  return [...lines, `store: ${store.join('; ')}`, ...own.map(([path]) => `store own: ${path}`)];
}
