/**
 * Examines one store: every probe in a scratch directory of its own, which is swept whatever happens. Afterwards the store
 * is as it was.
 */
import type { AboutStore, Transport } from '../core/ports/transport.ts';
import type { Clock, Random } from '../core/ports/world.ts';
import type { Measured, StoreProfile } from '../transport/profile.ts';
import { addMeasured } from '../transport/profile.ts';
import type { Finding, Probe } from './probe.ts';
import { Bench, endsAll, inWords } from './probe.ts';
import { contentProbes } from './probes/content.ts';
import { listingProbes } from './probes/listings.ts';
import { nameProbes } from './probes/names.ts';
import { renameProbes } from './probes/renames.ts';
import { serverProbes } from './probes/server.ts';
import { timeProbes } from './probes/times.ts';
import { sweepScratch } from './sweep.ts';
import { TransportError } from '../core/ports/transport.ts';

export const PROBES: readonly Probe[] = [
  ...renameProbes,
  ...listingProbes,
  ...timeProbes,
  ...nameProbes,
  ...contentProbes,
  ...serverProbes,
];

export interface Examination {
  readonly about: AboutStore;
  readonly results: readonly Result[];
  readonly profile: StoreProfile;
  /** The scratch directory, if the store would not let it go. */
  readonly left?: string;
}

export interface Result {
  readonly probe: Pick<Probe, 'id' | 'asks' | 'drives'>;
  readonly finding: Finding;
}

export interface ExamineOptions {
  readonly transport: Transport;
  readonly connect: () => Promise<Transport>;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Only the few questions that cost little. */
  readonly quick: boolean;
  /** Only these questions. */
  readonly only?: readonly string[];
  /** Default 200: fewer rounds prove nothing exclusive. */
  readonly rounds?: number;
  /** Default 12,000. */
  readonly entries?: number;
  readonly onResult?: (result: Result, done: number, total: number) => void;
}

/** Rejects with TransportError when the store cannot be worked on at all. */
export async function examine(options: ExamineOptions): Promise<Examination> {
  const { transport, signal, random, clock, quick } = options;
  const scratch = `.ownsync-doctor-${random.hex(8)}`;
  const opened: Transport[] = [];
  const connect = async (): Promise<Transport> => {
    const connection = await options.connect();
    opened.push(connection);
    return connection;
  };
  const { rounds = 200, entries = 12_000 } = options;
  await transport.makeDirectory(scratch, signal);
  const sweep = async (): Promise<boolean> => {
    await Promise.all(opened.splice(0).map((connection) => connection.close()));
    // Also after an abort: what is left would be listed by nobody, but it would be there.
    return await sweepScratch(transport, scratch, AbortSignal.timeout(SWEEP_TIMEOUT));
  };
  try {
    const bench = new Bench({ transport, connect, scratch, signal, clock, rounds, entries });
    const results = await askAll(bench, opened, options);
    // Last: what a plugin learns by working with its server is known then.
    const about = await aboutOf(transport, signal, await furnished(bench));
    const measured = results.reduce<Measured>(
      (known, { finding }) => addMeasured(known, finding.proves ?? {}),
      {},
    );
    const swept = await sweep();
    const { identity } = about;
    const profile: StoreProfile = { profile: 1, identity, at: clock.now(), quick, measured };
    return { about, results, profile, ...(swept ? {} : { left: scratch }) };
  } catch (error) {
    // What went wrong first is what a person should hear of.
    await sweep().catch(() => false);
    throw error;
  }
}

const SWEEP_TIMEOUT = 180_000;

async function askAll(
  bench: Bench,
  opened: Transport[],
  { quick, only, onResult }: ExamineOptions,
): Promise<Result[]> {
  const results: Result[] = [];
  const isAsked = (probe: Probe): boolean => only?.includes(probe.id) ?? (!quick || probe.quick);
  const probes = PROBES.filter(isAsked);
  for (const probe of probes) {
    const result = { probe, finding: await ask(probe, bench) };
    results.push(result);
    onResult?.(result, results.length, probes.length);
    await Promise.all(opened.splice(0).map((connection) => connection.close()));
  }
  return results;
}

/** A plugin that tells nothing is measured all the same; nothing then says that the server has changed. */
export async function aboutOf(
  transport: Transport,
  signal: AbortSignal,
  scratch?: string,
): Promise<AboutStore> {
  return (await transport.about?.(signal, scratch)) ?? { identity: '', facts: [] };
}

/** A directory for what only the plugin can try. */
async function furnished(bench: Bench): Promise<string> {
  const place = await bench.inside('about');
  await place.makeDirectory('inner');
  await place.put('inner/file', 'x');
  return place.parts.scratch;
}

/** A probe that fails is an answer too. */
async function ask(probe: Probe, bench: Bench): Promise<Finding> {
  try {
    return await probe.run(await bench.inside(probe.id));
  } catch (error) {
    if (!(error instanceof TransportError) || endsAll(error)) throw error;
    return { answer: `failed: ${inWords(error)}`, verdict: 'bad', means: error.message };
  }
}
