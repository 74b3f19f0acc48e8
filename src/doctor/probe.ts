/**
 * What the doctor asks, and how it is answered. A probe works in a scratch directory of its own and measures one thing;
 * it never judges a server by its name, and never touches what is not the doctor's.
 */
import type { StoreEntry, Transport } from '../core/ports/transport.ts';
import { TransportError } from '../core/ports/transport.ts';
import type { Clock } from '../core/ports/world.ts';
import type { Measured } from '../transport/profile.ts';

/** `good`: as well as it can be. `weaker`: ownsync takes a slower or narrower way. `bad`: a user will notice it. */
export type Verdict = 'good' | 'weaker' | 'bad' | 'not-asked';

export interface Finding {
  /** The answer in a few words: `refuses`, `1 s`, `changes the name`. */
  readonly answer: string;
  readonly verdict: Verdict;
  /** For a person: what follows from it. */
  readonly means?: string;
  /** What this proves of the store, against what its plugin claims. */
  readonly proves?: Measured;
}

export interface Probe {
  /** `group.question`, stable: reports of different days and servers are compared by it. */
  readonly id: string;
  /** What is measured, for a person. */
  readonly asks: string;
  /** Which way of the engine or a plugin the answer chooses. */
  readonly drives: string;
  /** Part of `ownsync init`, and of looking again at a server that changed: a few round trips at most. */
  readonly quick: boolean;
  run(bench: Bench): Promise<Finding>;
}

export interface BenchParts {
  readonly transport: Transport;
  /** One more connection to the same store; the doctor closes it. */
  readonly connect: () => Promise<Transport>;
  /** A directory on the store that exists, is empty, and is swept afterwards. */
  readonly scratch: string;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Rounds of a race. */
  readonly rounds: number;
  /** Entries of the long listing. */
  readonly entries: number;
}

/** The store as a probe sees it: short names for what all of them do, below the scratch directory. */
export class Bench {
  readonly parts: BenchParts;
  readonly transport: Transport;
  readonly signal: AbortSignal;

  constructor(parts: BenchParts) {
    this.parts = parts;
    this.transport = parts.transport;
    this.signal = parts.signal;
  }

  at(path: string): string {
    return `${this.parts.scratch}/${path}`;
  }

  /** The same store, in an empty directory of its own. */
  async inside(name: string): Promise<Bench> {
    const scratch = this.at(name);
    await this.transport.makeDirectory(scratch, this.signal);
    return new Bench({ ...this.parts, scratch });
  }

  async put(path: string, text: string, modified?: number): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    await this.transport.write(this.at(path), sourceOf(bytes, modified), this.signal);
  }

  async text(path: string, from = 0): Promise<string> {
    const { stream } = await this.transport.read(this.at(path), from, this.signal);
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of stream) text += decoder.decode(chunk, { stream: true });
    return text;
  }

  async makeDirectory(path: string): Promise<void> {
    await this.transport.makeDirectory(this.at(path), this.signal);
  }

  async look(path: string): Promise<StoreEntry | 'absent'> {
    return await this.transport.look(this.at(path), this.signal);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.transport.rename(this.at(from), this.at(to), this.signal);
  }

  /** Names in a directory, sorted. */
  async names(path = ''): Promise<string[]> {
    const directory = path === '' ? this.parts.scratch : this.at(path);
    const { entries } = await this.transport.list(directory, this.signal);
    return entries.map(({ name }) => name).sort();
  }
}

export function sourceOf(bytes: Uint8Array, modified?: number) {
  return {
    size: bytes.length,
    ...(modified === undefined ? {} : { modified }),
    open: async function* (from: number): AsyncGenerator<Uint8Array> {
      await Promise.resolve();
      yield bytes.subarray(from);
    },
  };
}

/** Whether it was done, or with which kind of error it was refused. What ends the whole examination is thrown on. */
export async function tried(act: Promise<unknown>): Promise<'done' | TransportError> {
  try {
    await act;
    return 'done';
  } catch (error) {
    if (!(error instanceof TransportError) || endsAll(error)) throw error;
    return error;
  }
}

export function endsAll({ kind }: TransportError): boolean {
  return kind === 'cancelled' || kind === 'auth' || kind === 'unreachable';
}

export function inWords(error: TransportError): string {
  return error.serverSaid ?? error.kind;
}
