/**
 * One client's connection to the simulated store: every operation passes the gates on both sides of its effect, and meets
 * there the faults that the script has for it. It also notes what was written, and who looked at what.
 */
import { layout } from '../../core/engine/layout.ts';
import { parentOf } from '../../core/model/path.ts';
import { TransportError, type Listing, type Transport } from '../../core/ports/transport.ts';
import { openMemoryTransport } from '../memory-transport.ts';
import type { Gates } from './gates.ts';
import type { Ignores } from './ignoring.ts';
import type { Fault } from './script.ts';
import { isPrivatePath, type World } from './world.ts';

const mutating = new Set([
  'write',
  'resume',
  'rename',
  'remove',
  'removeDirectory',
  'removeTree',
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
  readonly ignores: Ignores;
  /** Path → when this client last looked there. */
  readonly looks: Map<string, number>;
  /** Call → what happens to it after its effect. */
  readonly pending: Map<string, Fault>;
}

export function openGatedTransport(
  world: World,
  client: Pick<Connection, 'name' | 'gates' | 'ignores'>,
): Transport {
  const connection: Connection = {
    world,
    ...client,
    looks: new Map(),
    pending: new Map(),
  };
  const inner = openMemoryTransport(world.store, {
    profile: world.script.store,
    racyAt: isPrivatePath,
    before: (operation, path, to) => before(connection, { operation, path, to }),
    after: (operation, path, to) => after(connection, { operation, path, to }),
    chunk: (operation, path) => torn(connection, { operation, path, to: undefined }),
  });
  const bends = world.script.events.some(
    (event) => event.do === 'step' && (event.fault === 'torn' || isFaded(event.fault)),
  );
  if (!bends) return inner;
  const read: Transport['read'] = async (path, from, signal) => {
    const content = await inner.read(path, from, signal);
    const key = keyOf({ operation: 'read', path, to: undefined });
    if (connection.pending.get(key) !== 'torn') return content;
    connection.pending.delete(key);
    const error = failure(connection, { operation: 'read', path, to: undefined }, 'torn');
    return { ...content, stream: cutStream(content.stream, error) };
  };
  const list: Transport['list'] = async (path, signal) => {
    const listing = await inner.list(path, signal);
    return fadedListing(connection, path, listing);
  };
  return { ...inner, list, read };
}

interface Call {
  readonly operation: string;
  readonly path: string;
  readonly to: string | undefined;
}

function before(connection: Connection, call: Call): Promise<void> | undefined {
  return connection.gates.pass({ port: 'store', ...call, point: 'before' }, (fault) => {
    if (fault === 'error' || fault === 'lost-before') throw failure(connection, call, fault);
    // What an earlier call of the kind was refused before it could befall that is over.
    connection.pending.delete(keyOf(call));
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
  if (operation !== 'rename' || to === undefined) return;
  watchIgnored(connection, call);
  if (isPrivatePath(to)) return;
  if (world.script.store.renameOnto?.file !== 'replaces') return;
  if (world.store.find(call.path)?.kind !== 'file') return;
  const text = world.store.text(to);
  const looked = looks.get(to);
  if (text !== undefined && looked !== undefined) world.ledger.overwrote(to, text, looked);
}

/** What is ignored is never taken from its path, not with a directory around it either. */
function watchIgnored({ world, name, ignores }: Connection, { path }: Call): void {
  if (isPrivatePath(path)) return;
  const below = [...world.store.tree(path).keys()].map((inner) => `${path}/${inner}`);
  const found = [path, ...below].find(ignores);
  if (found !== undefined) world.fail('ignored', `${name} renames ${path} on the store: ${found}`);
}

function after(connection: Connection, call: Call): Promise<void> | undefined {
  const { gates, world, pending } = connection;
  record(connection, call);
  const fault = pending.size === 0 ? undefined : pending.get(keyOf(call));
  // What befalls a listing itself, or the middle of a reading, is met when it is handed out.
  const isLater = call.operation === 'list' ? isFaded(fault) : isCut(call, fault);
  if (fault !== undefined && !isLater) pending.delete(keyOf(call));
  if (isLost(fault) && !isLater) {
    world.trace?.push(`   ${connection.name} LOST REPLY ${keyOf(call)}`);
    return Promise.reject(failure(connection, call, fault));
  }
  return gates.pass({ port: 'store', ...call, point: 'after' });
}

function isLost(fault: Fault | undefined): fault is Fault {
  return fault === 'lost-after' || fault === 'torn';
}

function isFaded(fault: Fault | undefined): boolean {
  return fault === 'stale' || fault === 'cut' || fault === 'cut-silently';
}

function isCut({ operation }: Call, fault: Fault | undefined): boolean {
  return operation === 'read' && fault === 'torn';
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
    for (const [name, child] of directory.children) {
      looks.set(joined(path, name), moment);
      if (child.kind === 'file' && !isPrivatePath(path)) {
        world.listed.add(world.store.text(joined(path, name)) ?? '');
      }
    }
  }
  if (!mutating.has(operation)) return;
  // What it saw before it took the lease does not count.
  if (to === layout.placing) looks.clear();
  const inside = isPrivatePath(path) && (to === undefined || isPrivatePath(to));
  if (inside && world.chaos) return;
  const label = `${operation} ${path}${to === undefined ? '' : ` ${to}`}`;
  if (!world.chaos) world.writes.push(`${name} ${label}`);
  if (!inside) world.checkStore(name, label);
  if (operation !== 'rename' || to === undefined) return;
  if (!isPrivatePath(path)) looks.set(path, world.ledger.moment());
  if (!isPrivatePath(to)) world.ledger.placed(name, to);
  if (parentOf(to) === layout.manifests) world.ledger.announced(name);
}

/** Half of it arrives. */
async function* cutStream(
  stream: AsyncIterable<Uint8Array>,
  error: TransportError,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) {
    yield chunk.slice(0, Math.ceil(chunk.length / 2));
    throw error;
  }
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
