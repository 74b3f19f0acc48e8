/**
 * `ownsync verify`: compares records, store and this disk more closely than a round does, and says what was wrong and what
 * became of it.
 */
import { onFolders } from '../agent.ts';
import type { Outcome } from '../agent.ts';
import type { Fault, FaultKind, VerifyReport } from '../core/ports/verify.ts';
import { EXIT, worstExit } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { explain, explanationLines } from './explain.ts';
import type { Explanation } from './explain.ts';
import { pluginOptions } from './plugin-options.ts';
import { chooseFolders, readConfig } from './program.ts';
import type { Program } from './program.ts';
import { list } from './report.ts';
import { count, size } from './words.ts';

export interface VerifyArguments {
  readonly folders: readonly string[];
  readonly content: boolean;
  /** Bytes; undefined: all. */
  readonly budget: number | undefined;
  readonly json: boolean;
}

const SAID: Readonly<Record<FaultKind, string>> = {
  'missing-on-store': 'not on the store',
  'other-on-store': 'something else is on the store',
  'damaged-on-store': 'its content on the store is damaged',
  'unknown-on-store': 'on the store, and in no record yet',
  'missing-here': 'not on this computer',
  'other-here': 'something else is on this computer',
  'damaged-here': 'its content on this computer is damaged',
};

interface Verified {
  readonly folder: string;
  readonly report?: VerifyReport;
  readonly error?: Explanation;
}

export async function verify(program: Program, args: VerifyArguments): Promise<ExitCode> {
  const config = await readConfig(program, pluginOptions(program.around.home));
  const folders = chooseFolders(config, args.folders);
  const { terminal, log, signal } = program;
  const parts = await program.partsFor(config, program);
  const work = { config, folders, parts, log, signal, onEvent: () => undefined };
  const { content, budget } = args;
  const options = { signal, content, ...(budget === undefined ? {} : { budget }) };
  const outcomes = await onFolders(work, (folder) => folder.verify(options));
  const all = outcomes.map((outcome, index) => verified(outcome, folders[index]?.store, program));
  const exit = worstExit(all.map(exitOf));
  if (args.json) terminal.out(JSON.stringify({ type: 'verify', exit, folders: all }));
  else all.forEach((one) => show(one, program));
  return exit;
}

function verified(
  outcome: Outcome<VerifyReport>,
  store: string | undefined,
  { secrets }: Program,
): Verified {
  if (outcome.ok) return { folder: outcome.folder, report: outcome.value };
  const where = { redact: secrets.redact, ...(store === undefined ? {} : { store }) };
  return { folder: outcome.folder, error: explain(outcome.error, where) };
}

function exitOf({ report, error }: Verified): ExitCode {
  if (error !== undefined) return error.exit;
  if (report?.halt !== undefined) return EXIT.decision;
  return report?.faults.every(isHealed) === true ? EXIT.inSync : EXIT.incomplete;
}

function show({ folder, report, error }: Verified, { terminal }: Program): void {
  if (error !== undefined) {
    explanationLines(error).forEach((line) => terminal.err(`${folder}: ${line}`));
  } else if (report !== undefined) {
    reportLines(report).forEach((line) => terminal.out(`${folder}: ${line}`));
  }
}

function reportLines({ halt, files, faults, ...read }: VerifyReport): string[] {
  if (halt !== undefined) return [`stopped: ${halt.message}`];
  const healed = faults.filter(isHealed);
  const left = faults.filter((fault) => !isHealed(fault));
  return [
    `${count(files, 'file')} compared${readWords(read)}`,
    ...list(healed.map(faultLine), `${count(healed.length, 'fault')} put right`),
    ...list(left.map(faultLine), `${count(left.length, 'fault')} left`),
    left.length > 0
      ? 'left to other computers, or to the next sync: run sync there, then verify again'
      : 'all is as recorded',
  ];
}

function readWords({
  readFiles,
  readBytes,
  unread,
}: Pick<VerifyReport, 'readFiles' | 'readBytes' | 'unread'>): string {
  if (readFiles === 0 && unread === 0) return ', by name, size and time';
  const rest = unread === 0 ? '' : `; ${count(unread, 'file')} left for the next time`;
  return `, ${readFiles} read back from the store (${size(readBytes)})${rest}`;
}

function isHealed({ healed }: Fault): boolean {
  return healed === true;
}

function faultLine({ path, fault }: Fault): string {
  return `${path}: ${SAID[fault]}`;
}
