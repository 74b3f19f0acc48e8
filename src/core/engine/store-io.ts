/**
 * The store as the engine uses it: the transport's operations with this run's signal, whole small files, recursive removal.
 * It adds no meaning: what is absent or refused is the caller's to judge.
 */
import pMap from 'p-map';
import type {
  Capabilities,
  Content,
  Listing,
  Source,
  Stamp,
  StoreEntry,
  Transport,
} from '../ports/transport.ts';
import { LocalError } from '../ports/local-tree.ts';
import { TransportError } from '../ports/transport.ts';
import type { Codec } from '../ports/world.ts';
import { join } from '../model/path.ts';

export class StoreIo {
  readonly capabilities: Capabilities;
  readonly #transport: Transport;
  readonly #codec: Codec;
  readonly #signal: AbortSignal;
  #changes = 0;

  constructor(transport: Transport, codec: Codec, signal: AbortSignal) {
    this.#transport = transport;
    this.#codec = codec;
    this.#signal = signal;
    this.capabilities = transport.capabilities;
  }

  /** How often this client has begun to change the store: what was listed before the last time may be history. */
  get changes(): number {
    return this.#changes;
  }

  list(path: string): Promise<Listing> {
    return this.#transport.list(path, this.#signal);
  }

  /** Undefined: the directory is proven missing. */
  async listIfThere(path: string): Promise<Listing | undefined> {
    return orUndefined(this.list(path));
  }

  /** A directory of ours, made anew if a store that was set back lacks it. */
  async listOwn(path: string): Promise<Listing> {
    const listing = await this.listIfThere(path);
    if (listing !== undefined) {
      return listing;
    }
    await this.makeDirectory(path);
    return this.list(path);
  }

  look(path: string): Promise<StoreEntry | 'absent'> {
    return this.#transport.look(path, this.#signal);
  }

  /** Many looks in as few round trips as the plugin offers; an error of one is thrown. */
  async lookAll(paths: readonly string[]): Promise<Map<string, StoreEntry | 'absent'>> {
    const found = new Map<string, StoreEntry | 'absent'>();
    const batch = this.#transport.batch?.bind(this.#transport);
    if (batch === undefined) {
      await this.each(paths, async (path) => {
        found.set(path, await this.look(path));
      });
      return found;
    }
    const results = await batch(
      paths.map((path) => ({ operation: 'look', path })),
      this.#signal,
    );
    results.forEach((result, i) => {
      if (!result.ok) {
        throw result.error;
      }
      found.set(paths[i] ?? '', result.value ?? 'absent');
    });
    return found;
  }

  read(path: string, from = 0): Promise<Content> {
    return this.#transport.read(path, from, this.#signal);
  }

  write(path: string, source: Source): Promise<Stamp> {
    this.#changes += 1;
    return this.#transport.write(path, source, this.#signal);
  }

  get canResume(): boolean {
    return this.#transport.resume !== undefined;
  }

  /** Goes on with a torn file of `from` bytes. */
  resume(path: string, source: Source, from: number): Promise<Stamp> {
    this.#changes += 1;
    const resumed = this.#transport.resume?.(path, source, from, this.#signal);
    return resumed ?? this.write(path, source);
  }

  rename(from: string, to: string): Promise<void> {
    this.#changes += 1;
    return this.#transport.rename(from, to, this.#signal);
  }

  remove(path: string): Promise<void> {
    this.#changes += 1;
    return this.#transport.remove(path, this.#signal);
  }

  removeDirectory(path: string): Promise<void> {
    this.#changes += 1;
    return this.#transport.removeDirectory(path, this.#signal);
  }

  makeDirectory(path: string): Promise<void> {
    this.#changes += 1;
    return this.#transport.makeDirectory(path, this.#signal);
  }

  get canSetTime(): boolean {
    return this.#transport.setModified !== undefined;
  }

  /** Why nothing can be stored under this path; undefined: nothing is known against it. */
  refuses(path: string): string | undefined {
    return this.#transport.refuses?.(path);
  }

  async setModified(path: string, modified: number): Promise<void> {
    this.#changes += 1;
    await this.#transport.setModified?.(path, modified, this.#signal);
  }

  /**
   * Runs `work` for each item, as many at once as the store takes. After a failure nothing new is begun, and what is under
   * way has ended when the first error is thrown: nobody goes on behind the caller's back.
   */
  async each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
    const errors: unknown[] = [];
    const guarded = async (item: T): Promise<void> => {
      if (errors.length === 0) {
        await work(item).catch((error: unknown) => errors.push(error));
      }
    };
    await pMap(items, guarded, { concurrency: Math.max(1, this.capabilities.parallel) });
    if (errors.length > 0) {
      throw errors[0];
    }
  }

  async writeBytes(path: string, bytes: Uint8Array): Promise<Stamp> {
    const source: Source = {
      size: bytes.length,
      open: async function* (from) {
        await Promise.resolve();
        yield bytes.subarray(from);
      },
    };
    return this.write(path, source);
  }

  writeText(path: string, text: string): Promise<Stamp> {
    return this.writeBytes(path, new TextEncoder().encode(text));
  }

  /** Whole content; longer than `limit` bytes is `corrupt`. */
  async readBytes(path: string, limit: number): Promise<Uint8Array> {
    const { stream } = await this.read(path);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > limit) {
        throw new TooLong(`${path} is longer than ${String(limit)} bytes`, {
          kind: 'corrupt',
          operation: 'read',
          path,
        });
      }
      chunks.push(chunk);
    }
    return concatenate(chunks, size);
  }

  /** Undefined: proven missing. */
  async readTextIfThere(path: string, limit: number): Promise<string | undefined> {
    const bytes = await orUndefined(this.readBytes(path, limit));
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }

  /** Undefined: missing, or torn: its writer is at it at this moment, or was interrupted. */
  async readTextIfWhole(path: string, limit: number): Promise<string | undefined> {
    const bytes = await unlessTorn(orUndefined(this.readBytes(path, limit)));
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }

  /** Undefined: missing, torn, or not what gzip makes. */
  async readCompressed(path: string, limit: number): Promise<string | undefined> {
    const bytes = await unlessTorn(orUndefined(this.readBytes(path, limit)));
    if (bytes === undefined) {
      return undefined;
    }
    try {
      return this.#codec.expand(bytes, limit);
    } catch {
      return undefined;
    }
  }

  writeCompressed(path: string, text: string): Promise<Stamp> {
    return this.writeBytes(path, this.#codec.compress(text));
  }

  async exists(path: string): Promise<boolean> {
    return (await this.look(path)) !== 'absent';
  }

  /** One request removes a directory with all that is in it. */
  get removesTrees(): boolean {
    return this.#transport.removeTree !== undefined;
  }

  /** Removes a directory of ours with all that is in it. Missing is fine. */
  async removeTree(path: string): Promise<void> {
    this.#changes += 1;
    if (this.#transport.removeTree !== undefined) {
      return this.#transport.removeTree(path, this.#signal);
    }
    const listing = await this.listIfThere(path);
    if (listing === undefined) {
      return;
    }
    await this.each(
      listing.entries.filter((entry) => entry.kind !== 'directory'),
      (entry) => this.remove(join(path, entry.name)),
    );
    for (const entry of listing.entries.filter((found) => found.kind === 'directory')) {
      await this.removeTree(join(path, entry.name));
    }
    await this.removeDirectory(path);
  }
}

export function isKind(
  error: unknown,
  ...kinds: TransportError['kind'][]
): error is TransportError {
  return error instanceof TransportError && kinds.includes(error.kind);
}

/** The whole round ends: nothing can be said about single paths. */
export function endsRound(error: unknown): boolean {
  if (error instanceof LocalError) {
    return error.kind === 'missing-root';
  }
  return (
    !(error instanceof TransportError) || isKind(error, 'unreachable', 'busy', 'auth', 'cancelled')
  );
}

async function orUndefined<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (isKind(error, 'not-found')) {
      return undefined;
    }
    throw error;
  }
}

/** What is longer than anything of ours can be; not torn. */
class TooLong extends TransportError {}

/** RACE: what is written in place shows one size to the look and another one to the read that follows it. */
async function unlessTorn<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (isKind(error, 'corrupt') && !(error instanceof TooLong)) {
      return undefined;
    }
    throw error;
  }
}

function concatenate(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
