/**
 * `ownsync doctor`: what a store can and cannot do, found out by trying in a scratch directory. What was measured is kept
 * and used by every later sync.
 */
import { examine } from '../doctor/examine.ts';
import type { Examination } from '../doctor/examine.ts';
import { aboutLines, resultLines, summaryLine } from '../doctor/report.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { pluginOptions } from './plugin-options.ts';
import { chooseStore, readConfig } from './program.ts';
import type { Program } from './program.ts';

export interface DoctorArguments {
  /** Undefined: the only one of the configuration. */
  readonly store: string | undefined;
  readonly quick: boolean;
  readonly json: boolean;
}

/** Ends with `incomplete` if something was bad. */
export async function doctor(program: Program, args: DoctorArguments): Promise<ExitCode> {
  const { terminal, signal, secrets } = program;
  const config = await readConfig(program, pluginOptions(program.around.home));
  const name = chooseStore(config, args.store);
  const parts = await program.partsFor(config, program);
  const show = (lines: readonly string[]): void => {
    if (!args.json) lines.forEach((line) => terminal.out(secrets.redact(line)));
  };
  const connect = (): ReturnType<typeof parts.openRaw> => parts.openRaw(name);
  const transport = await connect();
  try {
    const { clock, random } = parts;
    const found = await examine({
      ...{ transport, connect, clock, random, signal, quick: args.quick },
      onResult: (result) => show(resultLines(result)),
    });
    parts.profiles.save(name, found.profile);
    const left =
      found.left === undefined
        ? []
        : [`/${found.left} could not be swept from the store; remove it by hand`];
    show(['', ...aboutLines(found), '', summaryLine(found), ...left]);
    if (args.json) terminal.out(secrets.redact(JSON.stringify(forJson(name, found))));
    const isBad = found.results.some(({ finding }) => finding.verdict === 'bad');
    return isBad ? EXIT.incomplete : EXIT.inSync;
  } finally {
    await transport.close();
  }
}

function forJson(store: string, { about, results, profile, left }: Examination): object {
  return {
    type: 'doctor',
    store,
    about,
    results: results.map(({ probe, finding }) => {
      const { id, asks, drives } = probe;
      return { id, asks, drives, ...finding };
    }),
    profile,
    ...(left === undefined ? {} : { left }),
  };
}
