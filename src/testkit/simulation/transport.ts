/**
 * One client's connection to the simulated store: every operation passes the gates on both sides of its effect, and meets
 * there the faults that the script has for it. It also notes what was written, and who looked at what.
 */
import { TransportError, type Listing, type Transport } from '../../core/ports/transport.ts';
import { openMemoryTransport } from '../memory-transport.ts';
import type { Gates } from './gates.ts';
import type { Fault } from './script.ts';
import { isPrivatePath, type World } from './world.ts';

const mutating = new Set([
  'write',
  'resume',
  'rename',
  'remove',
  'removeDirectory',
  'makeDirectory',
  'setModified',
  'copy',
]);

/** How many earlier listings of one directory a stale one is taken from. */
const remembered = 4;

interface Connection {
  readonly world: World;
  readonly name: string;
  readonly gates: Gates;
  /** Path → when this client last looked there. */
  readonly looks: Map<string, number>;
  /** Call → what happens to it after its effect. */
  readonly pending: Map<string, Fault>;
}

export function openGatedTransport(
  world: World,
  client: { readonly name: string; readonly gates: Gates },
): Transport {
  const remembers = world.script.events.some(({ do: what, ...event }) => {
    return what === 'step' && 'fault' in event && !isLost(event.fault);
  });
  const connection: Connection = {
    world,
    ...client,
    looks: new Map(),
    pending: new Map(),
  };
  const inner = openMemoryTransport(world.store, {
    profile: world.script.store,
    before: (operation, path, to) => before(connection, { operation, path, to }),
    after: (operation, path, to) => after(connection, { operation, path, to }),
    chunk: (operation, path) => torn(connection, { operation, path, to: undefined }),
  });
  if (!remembers) return inner;
  const list: Transport['list'] = async (path, signal) => {
    const listing = await inner.list(path, signal);
    return fadedListing(connection, path, listing);
  };
  return { ...inner, list };
}

interface Call {
  readonly operation: string;
  readonly path: string;
  readonly to: string | undefined;
}

function before(connection: Connection, call: Call): Promise<void> | undefined {
  return connection.gates.pass({ port: 'store', ...call, point: 'before' }, (fault) => {
    if (fault === 'error' || fault === 'lost-before') throw failure(connection, call, fault);
    if (fault !== undefined) connection.pending.set(keyOf(call), fault);
    notice(connection, call);
  });
}

/** Just before the effect: what others could see torn, and which content a rename is about to replace. */
function notice(connection: Connection, call: Call): void {
  const { world, looks, name } = connection;
  const { operation, path, to } = call;
  if ((operation === 'write' || operation === 'resume') && !isPrivatePath(path)) {
    world.fail('torn', `${name} writes in place under a user's name: ${path}`);
  }
  if (operation !== 'rename' || to === undefined || isPrivatePath(to)) return;
  if (world.script.store.renameOnto?.file !== 'replaces') return;
  if (world.store.find(call.path)?.kind !== 'file') return;
  const text = world.store.text(to);
  if (text !== undefined) world.ledger.overwrote(to, text, looks.get(to) ?? 0);
}

function after(connection: Connection, call: Call): Promise<void> | undefined {
  const { gates, world, pending } = connection;
  record(connection, call);
  const fault = pending.size === 0 ? undefined : pending.get(keyOf(call));
  // What befalls a listing itself is met by fadedListing.
  if (fault !== undefined && (call.operation !== 'list' || isLost(fault))) {
    pending.delete(keyOf(call));
  }
  if (isLost(fault)) {
    world.trace?.push(`   ${connection.name} LOST REPLY ${keyOf(call)}`);
    return Promise.reject(failure(connection, call, fault));
  }
  return gates.pass({ port: 'store', ...call, point: 'after' });
}

function isLost(fault: Fault | undefined): fault is Fault {
  return fault === 'lost-after' || fault === 'torn';
}

function torn(connection: Connection, call: Call): Promise<void> | undefined {
  if (connection.pending.size === 0 || call.operation === 'read') return undefined;
  if (connection.pending.get(keyOf(call)) !== 'torn') return undefined;
  connection.pending.delete(keyOf(call));
  return Promise.reject(failure(connection, call, 'torn'));
}

function failure(connection: Connection, call: Call, fault: Fault): TransportError {
  const { operation, path } = call;
  connection.world.note(`${connection.name} ${operation} ${path} fails: ${fault}`);
  return new TransportError(`simulated: ${fault}`, {
    kind: 'unreachable',
    operation,
    path,
    outcome: fault === 'error' ? 'not-done' : 'unknown',
  });
}

/** The effect has happened. */
function record(connection: Connection, call: Call): void {
  const { world, looks, name } = connection;
  const { operation, path, to } = call;
  if (operation === 'look') looks.set(path, world.ledger.moment());
  if (operation === 'list') {
    const moment = world.ledger.moment();
    const directory = world.store.find(path);
    if (directory?.kind !== 'directory') return;
    for (const child of directory.children.keys()) looks.set(joined(path, child), moment);
  }
  if (!mutating.has(operation)) return;
  const inside = isPrivatePath(path) && (to === undefined || isPrivatePath(to));
  if (inside && world.chaos) return;
  const label = `${operation} ${path}${to === undefined ? '' : ` ${to}`}`;
  if (!world.chaos) world.writes.push(`${name} ${label}`);
  if (!inside) world.checkStore(name, label);
  if (operation === 'rename' && !isPrivatePath(path)) looks.set(path, world.ledger.moment());
}

/** What a listing's fault makes of it. */
function fadedListing(connection: Connection, path: string, listing: Listing): Listing {
  const { world, pending } = connection;
  const key = keyOf({ operation: 'list', path, to: undefined });
  const fault = pending.get(key);
  pending.delete(key);
  const earlier = world.listings.get(path) ?? [];
  world.listings.set(path, [...earlier, listing].slice(-remembered));
  if (fault === undefined) return listing;
  world.note(`${connection.name} list ${path === '' ? '/' : path}: ${fault}`);
  if (fault === 'stale') return earlier[0] ?? listing;
  const entries = listing.entries.filter((_, index) => (index * 7 + world.steps) % 5 < 3);
  if (fault === 'cut') return { entries, complete: false };
  return fault === 'cut-silently' ? { entries, complete: true } : listing;
}

function keyOf({ operation, path, to }: Call): string {
  return `${operation} ${path} ${to ?? ''}`;
}

function joined(parent: string, name: string): string {
  return parent === '' ? name : `${parent}/${name}`;
}
