/**
 * What one conformance case is and what it is given: a transport, a fresh directory, and a few short helpers.
 * Cases are plain functions, so that a test can run one against a faulty transport and see it fail.
 * No helper may hide an error: what the transport throws is judged here or reaches the case.
 */
import { inspect } from 'node:util';
import { expect } from 'chai';
import type {
  Content,
  Source,
  Stamp,
  StoreEntry,
  Transport,
  TransportErrorKind,
} from '../../core/ports/transport.ts';
import { TransportError } from '../../core/ports/transport.ts';

/** The store by another way than the transport: its disk, or its memory. Paths count from the transport's root. */
export interface Outside {
  write(path: string, bytes: Uint8Array): Promise<void>;
  read(path: string): Promise<Uint8Array>;
  /** Names in a directory, hidden ones too. */
  names(path: string): Promise<readonly string[]>;
  remove(path: string): Promise<void>;
  /** Makes a symbolic link; leave out where the store cannot hold one. */
  link?(path: string, target: string): Promise<void>;
}

/** What an author's setup hands over. */
export interface Bench {
  readonly transport: Transport;
  /** A further connection to the same root. */
  readonly open: () => Promise<Transport>;
  readonly outside?: Outside;
  /** Called after the transports are closed. */
  readonly cleanup?: () => Promise<void>;
}

export interface CaseLimits {
  /** Files in the long listing. */
  readonly entries: number;
  /** Bytes of the large file. */
  readonly largeFile: number;
  readonly raceRounds: number;
  /** Connections in a race, the first included. */
  readonly connections: number;
}

export interface CaseContext extends CaseLimits {
  readonly transport: Transport;
  /** A fresh directory of this case alone; its name contains `test`. */
  readonly directory: string;
  readonly outside: Outside | undefined;
  readonly signal: AbortSignal;
  readonly secrets: readonly string[];
  /** One more connection; the suite closes it. */
  readonly connect: () => Promise<Transport>;
}

export interface ConformanceCase {
  /** A sentence; with the group's name in front it is the name for `skip`. */
  readonly name: string;
  /** Why the case does not apply to this transport; undefined: it applies. */
  readonly unclaimed?: (bench: Bench) => string | undefined;
  /** Takes many operations: the time limit is ten times the usual. */
  readonly slow?: boolean;
  readonly run: (context: CaseContext) => Promise<void>;
}

export interface ConformanceGroup {
  readonly name: string;
  readonly cases: readonly ConformanceCase[];
}

/** Kinds that say that something is in the way. `unknown` is a server that gives no reason. */
export const occupied: readonly TransportErrorKind[] = [
  'exists',
  'not-empty',
  'precondition',
  'unknown',
];

/** A path in the case's directory. */
export function inside(context: CaseContext, ...names: readonly string[]): string {
  return [context.directory, ...names].join('/');
}

export interface Refusal {
  readonly operation: string;
  /** Allowed kinds; default: any. */
  readonly kinds?: readonly TransportErrorKind[];
}

/** The promise must be rejected with a TransportError of this operation, of an allowed kind, telling no secret. */
export async function refused(
  context: CaseContext,
  attempt: Promise<unknown>,
  refusal: Refusal,
): Promise<TransportError> {
  const outcome = await attempt.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!('error' in outcome)) {
    expect.fail(
      `${refusal.operation} succeeded with ${inspect(outcome.value)}; it must be refused`,
    );
  }
  return judge(context, outcome.error, refusal);
}

export function judge(context: CaseContext, error: unknown, refusal: Refusal): TransportError {
  if (!(error instanceof TransportError)) {
    expect.fail(`only a TransportError may leave a plugin, not ${inspect(error)}`);
  }
  const told = inspect(error, { depth: 8 }) + error.message + (error.stack ?? '');
  for (const secret of context.secrets) {
    expect(told.includes(secret), `a secret in the error of ${error.operation}`).to.equal(false);
  }
  expect(error.operation, `operation in: ${error.message}`).to.equal(refusal.operation);
  if (refusal.kinds !== undefined) {
    expect(refusal.kinds, `kind of: ${error.message}`).to.include(error.kind);
  }
  return error;
}

/** Bytes that differ everywhere and from seed to seed, so that a lost or doubled chunk shows. */
export function patterned(size: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = (Math.imul(seed, 2654435761) | 1) >>> 0;
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

export interface SourceOptions {
  readonly modified?: number;
  /** Bytes to a chunk; default 64 KiB. */
  readonly chunk?: number;
  /** The size to state, when it shall not be the true one. */
  readonly size?: number;
}

export function sourceOf(content: string | Uint8Array, options: SourceOptions = {}): Source {
  const bytes = bytesOf(content);
  const chunk = options.chunk ?? 64 * 1024;
  return {
    size: options.size ?? bytes.length,
    ...(options.modified === undefined ? {} : { modified: options.modified }),
    async *open(from) {
      for (let at = from; at < bytes.length; at += chunk) {
        await Promise.resolve();
        yield bytes.slice(at, at + chunk);
      }
    },
  };
}

export function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content;
}

/** Writes a file into the case's directory. */
export async function put(
  context: CaseContext,
  name: string,
  content: string | Uint8Array,
): Promise<Stamp> {
  return context.transport.write(inside(context, name), sourceOf(content), context.signal);
}

export async function makeDirectory(context: CaseContext, name: string): Promise<void> {
  await context.transport.makeDirectory(inside(context, name), context.signal);
}

/** The whole content of a file of the case's directory. */
export async function bytesAt(context: CaseContext, name: string, from = 0): Promise<Uint8Array> {
  const { transport, signal } = context;
  return drain(await transport.read(inside(context, name), from, signal));
}

export async function textAt(context: CaseContext, name: string): Promise<string> {
  return new TextDecoder().decode(await bytesAt(context, name));
}

export async function drain(content: Content): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content.stream) chunks.push(chunk.slice());
  return Buffer.concat(chunks);
}

/** Sorted names in the case's directory or one below it; the listing must be complete. */
export async function namesAt(context: CaseContext, name?: string): Promise<string[]> {
  const path = name === undefined ? context.directory : inside(context, name);
  const listing = await context.transport.list(path, context.signal);
  expect(listing.complete, `the listing of ${path} is complete`).to.equal(true);
  return listing.entries.map((entry) => entry.name).sort();
}

async function lookAt(context: CaseContext, name: string): Promise<StoreEntry | 'absent'> {
  return context.transport.look(inside(context, name), context.signal);
}

export async function kindAt(context: CaseContext, name: string): Promise<string> {
  const entry = await lookAt(context, name);
  return entry === 'absent' ? 'absent' : entry.kind;
}

/** The entry, which must be there. */
export async function entryAt(context: CaseContext, name: string): Promise<StoreEntry> {
  const entry = await lookAt(context, name);
  if (entry === 'absent') expect.fail(`${name} is absent`);
  return entry;
}

/** Equal bytes, told by size and first difference: a diff of megabytes helps nobody. */
export function expectBytes(actual: Uint8Array, wanted: Uint8Array, what: string): void {
  expect(actual.length, `size of ${what}`).to.equal(wanted.length);
  const at = actual.findIndex((byte, index) => byte !== wanted[index]);
  expect(at, `first wrong byte of ${what}`).to.equal(-1);
}
