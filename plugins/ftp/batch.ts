/**
 * Many small operations at the price of few round trips: runs of one kind go out in one write, and what was refused is
 * explained one by one afterwards. As one by one, a refused operation stops none that follows.
 */
import {
  TransportError,
  type BatchOperation,
  type BatchResult,
  type Transport,
} from '../../src/plugin-api.ts';
import {
  refuseMakeDirectory,
  refuseRemove,
  refuseRemoveDirectory,
  refuseRename,
} from './change.ts';
import type { Connection } from './connection.ts';
import { LostConnection } from './failures.ts';
import { lookAtAll } from './look.ts';
import { isOdd } from './names.ts';
import type { Reply } from './replies.ts';
import type { OperationFacts, Store } from './store.ts';
import { refuseSetModified, timeCommand, verifyTimes } from './times.ts';
import { remember } from './witness.ts';

/** Operations in one write, and characters; all three measured servers answered more than that in order. */
const most = { operations: 50, characters: 8000 };

type Change = Exclude<BatchOperation, { readonly operation: 'look' }>;
type Run = readonly BatchOperation[];

export async function batch(
  store: Store,
  transport: Transport,
  {
    operations,
    signal,
  }: { readonly operations: readonly BatchOperation[]; readonly signal: AbortSignal },
): Promise<BatchResult[]> {
  const results: BatchResult[] = [];
  for (const run of runsOf(store, operations)) {
    results.push(...(await resultsOf(store, transport, { run, signal })));
  }
  return results;
}

/** Neighbours of one kind, as many as fit into a write. What must be handled with care stands alone. */
function* runsOf(store: Store, operations: readonly BatchOperation[]): Iterable<Run> {
  let run: BatchOperation[] = [];
  let characters = 0;
  for (const operation of operations) {
    const size = pathsOf(operation).reduce((sum, path) => sum + store.absolute(path).length + 8, 0);
    const fits = run.length < most.operations && characters + size <= most.characters;
    if (
      run.length > 0 &&
      !(
        fits &&
        run[0]?.operation === operation.operation &&
        plain(store, run[0]) &&
        plain(store, operation)
      )
    ) {
      yield run;
      [run, characters] = [[], 0];
    }
    run.push(operation);
    characters += size;
  }
  if (run.length > 0) yield run;
}

function pathsOf(operation: BatchOperation): readonly string[] {
  return operation.operation === 'rename' ? [operation.from, operation.to] : [operation.path];
}

/** Nothing about its names or its time needs a question of its own. */
function plain(store: Store, operation: BatchOperation): boolean {
  if (operation.operation === 'setModified') {
    const { path, modified } = operation;
    if (timeCommand(store, path, modified) === undefined) return false;
  }
  return pathsOf(operation).every((path) => store.isCarriable(path) && !isOdd(path));
}

interface RunFacts {
  readonly run: Run;
  readonly signal: AbortSignal;
}

async function resultsOf(
  store: Store,
  transport: Transport,
  facts: RunFacts,
): Promise<BatchResult[]> {
  const { run, signal } = facts;
  const [first] = run;
  if (first === undefined) return [];
  if (run.length === 1 || !plain(store, first)) {
    return Promise.all(run.map((operation) => single(transport, operation, signal)));
  }
  const results: BatchResult[] = [];
  const reads = first.operation === 'look';
  try {
    await store.run({ operation: first.operation, path: '', signal, reads }, async (connection) => {
      results.length = 0;
      if (reads) await looks(store, connection, { facts, results });
      else await changes(store, connection, { facts, results });
    });
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    // What was not answered failed with the connection.
    for (const operation of run.slice(results.length)) results.push(refusedBy(error, operation));
  }
  return results;
}

async function single(
  transport: Transport,
  operation: BatchOperation,
  signal: AbortSignal,
): Promise<BatchResult> {
  try {
    return { ok: true, value: await carryOut(transport, operation, signal) };
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return { ok: false, error };
  }
}

async function carryOut(transport: Transport, one: BatchOperation, signal: AbortSignal) {
  switch (one.operation) {
    case 'look':
      return transport.look(one.path, signal);
    case 'rename':
      await transport.rename(one.from, one.to, signal);
      return undefined;
    case 'setModified': {
      const facts = { kind: 'unsupported', operation: 'setModified', path: one.path } as const;
      if (transport.setModified === undefined)
        throw new TransportError('times cannot be set here', facts);
      await transport.setModified(one.path, one.modified, signal);
      return undefined;
    }
    default:
      await transport[one.operation](one.path, signal);
      return undefined;
  }
}

interface Work {
  readonly facts: RunFacts;
  readonly results: BatchResult[];
}

async function looks(
  store: Store,
  connection: Connection,
  { facts, results }: Work,
): Promise<void> {
  const paths = facts.run.flatMap((operation) => pathsOf(operation));
  const looked = await lookAtAll(store, connection, paths);
  looked.forEach((value, at) => {
    const path = paths[at] ?? '';
    if (!(value instanceof Error)) results.push({ ok: true, value });
    else {
      const error = store.toError(value, {
        operation: 'look',
        path,
        signal: facts.signal,
        reads: true,
      });
      results.push({ ok: false, error });
    }
  });
}

async function changes(
  store: Store,
  connection: Connection,
  { facts, results }: Work,
): Promise<void> {
  const run = facts.run as readonly Change[];
  const commands = run.map((operation) => commandsOf(store, operation));
  const replies: Reply[] = [];
  let lost: LostConnection | undefined;
  try {
    await connection.askAll(commands.flat(), replies);
  } catch (error) {
    if (!(error instanceof LostConnection)) throw error;
    lost = error;
  }
  let at = 0;
  for (const [index, operation] of run.entries()) {
    const own = replies.slice(at, at + (commands[index]?.length ?? 0));
    at += commands[index]?.length ?? 0;
    const answered = own.length === commands[index]?.length;
    if (!answered) throw lost ?? new LostConnection('the server did not answer');
    results.push(
      await judged(store, connection, { operation, replies: own, signal: facts.signal }),
    );
  }
  const done = run.filter((_, index) => results[index]?.ok === true);
  for (const operation of done) remember(store.witnesses, operation);
  const dated = done.flatMap((one) => (one.operation === 'setModified' ? [one] : []));
  if (dated.length > 0) await verifyTimes(store, connection, dated);
}

function commandsOf(store: Store, one: Change): string[] {
  switch (one.operation) {
    case 'rename':
      return [`RNFR ${store.absolute(one.from)}`, `RNTO ${store.absolute(one.to)}`];
    case 'remove':
      return [`DELE ${store.absolute(one.path)}`];
    case 'removeDirectory':
      return [`RMD ${store.absolute(one.path)}`];
    case 'makeDirectory':
      return [`MKD ${store.absolute(one.path)}`];
    case 'setModified':
      return [timeCommand(store, one.path, one.modified) ?? 'NOOP'];
  }
}

async function judged(
  store: Store,
  connection: Connection,
  answer: {
    readonly operation: Change;
    readonly replies: readonly Reply[];
    readonly signal: AbortSignal;
  },
): Promise<BatchResult> {
  const { operation, replies, signal } = answer;
  const reply = replies.find(({ code }) => code >= 400);
  if (reply === undefined) return { ok: true, value: undefined };
  try {
    await explain(store, connection, { operation, reply });
    return { ok: true, value: undefined };
  } catch (error) {
    // It was refused in words, whatever became of asking why.
    const path = pathsOf(operation)[0] ?? '';
    const facts: OperationFacts = { operation: operation.operation, path, signal, reads: true };
    return { ok: false, error: store.toError(error, facts) };
  }
}

/** Returns where the refusal means that there was nothing to do. */
async function explain(
  store: Store,
  connection: Connection,
  { operation, reply }: { readonly operation: Change; readonly reply: Reply },
): Promise<void> {
  switch (operation.operation) {
    case 'rename': {
      const { from, to } = operation;
      return refuseRename(store, connection, { from, to, reply });
    }
    case 'remove':
      return refuseRemove(store, connection, { path: operation.path, reply });
    case 'removeDirectory':
      return refuseRemoveDirectory(store, connection, { path: operation.path, reply });
    case 'makeDirectory':
      return refuseMakeDirectory(store, connection, { path: operation.path, reply });
    case 'setModified':
      return refuseSetModified(store, connection, { path: operation.path, reply });
  }
}

/** The error of a whole run, as that of one operation. */
function refusedBy(error: TransportError, operation: BatchOperation): BatchResult {
  const { kind, outcome, serverSaid } = error;
  const path = pathsOf(operation)[0] ?? '';
  const facts = { kind, operation: operation.operation, path, outcome };
  const said = serverSaid === undefined ? {} : { serverSaid };
  return { ok: false, error: new TransportError(error.message, { ...facts, ...said }) };
}
