/**
 * Runs one case: makes its directory, closes the connections it opened, sweeps what it left. A case that passes must
 * also be sweepable; a sweep that fails after a failed case must not hide why the case failed.
 */
import type { Transport } from '../../core/ports/transport.ts';
import type { Bench, CaseContext, CaseLimits, ConformanceCase } from './case.ts';

export interface CaseSettings {
  /** Values that must appear in no error: the password, a token. */
  readonly secrets?: readonly string[];
  readonly limits?: Partial<CaseLimits>;
}

const defaultLimits: CaseLimits = {
  entries: 2000,
  largeFile: 3_000_001,
  raceRounds: 200,
  connections: 4,
};

let caseNumber = 0;
const runName = Date.now().toString(36);

export async function runCase(
  bench: Bench,
  one: ConformanceCase,
  settings: CaseSettings = {},
): Promise<void> {
  const { transport, outside } = bench;
  const control = new AbortController();
  const directory = `conformance-test-${runName}-${++caseNumber}`;
  const opened: Transport[] = [];
  const context: CaseContext = {
    ...defaultLimits,
    ...settings.limits,
    transport,
    directory,
    outside,
    signal: control.signal,
    secrets: settings.secrets ?? [],
    connect: async () => {
      const connection = await bench.open();
      opened.push(connection);
      return connection;
    },
  };
  await transport.makeDirectory(directory, control.signal);
  try {
    await one.run(context);
  } catch (error) {
    await sweep(transport, directory, control.signal).catch(() => undefined);
    throw error;
  } finally {
    for (const connection of opened) await connection.close();
  }
  await sweep(transport, directory, control.signal);
  control.abort(new Error('the case is over'));
}

/** Removes a directory with all below it, as many operations at once as the transport takes. */
async function sweep(transport: Transport, path: string, signal: AbortSignal): Promise<void> {
  const { entries } = await transport.list(path, signal);
  const rest = [...entries];
  const directories: string[] = [];
  const worker = async (): Promise<void> => {
    for (let entry = rest.pop(); entry !== undefined; entry = rest.pop()) {
      const below = `${path}/${entry.name}`;
      if (entry.kind === 'directory') directories.push(below);
      else await transport.remove(below, signal);
    }
  };
  await Promise.all(Array.from({ length: transport.capabilities.parallel }, worker));
  for (const directory of directories) await sweep(transport, directory, signal);
  await transport.removeDirectory(path, signal);
}
