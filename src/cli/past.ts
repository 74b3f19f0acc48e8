/**
 * What `versions`, `restore` and `undo` share: the parts to work with, and what to say of an outcome.
 */
import { join } from 'node:path';
import type { OnlineWork } from '../agent.ts';
import type { Config, FolderConfig } from '../config/config.ts';
import type { BackReport } from '../core/ports/history.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { explain, explanationLines } from './explain.ts';
import { doneLines, isTrouble, refusalLines } from './past-words.ts';
import type { Asked } from './past-words.ts';
import type { Place, PlaceArgument } from './place-argument.ts';
import { pluginOptions } from './plugin-options.ts';
import { readConfig } from './program.ts';
import type { Program } from './program.ts';

export interface PastArguments extends PlaceArgument {
  readonly json: boolean;
}

export async function onePlace(
  program: Program,
): Promise<{ readonly config: Config; readonly work: Omit<OnlineWork, 'folders'> }> {
  const config = await readConfig(program, pluginOptions(program.around.home));
  const parts = await program.partsFor(config, program);
  const { log, signal } = program;
  return { config, work: { config, parts, log, signal, onEvent: () => undefined } };
}

export function sayFailure(
  { terminal, secrets }: Program,
  { name, store }: FolderConfig,
  error: unknown,
): ExitCode {
  const failure = explain(error, { redact: secrets.redact, store });
  explanationLines(failure).forEach((line) => terminal.err(`${name}: ${line}`));
  return failure.exit;
}

/** One command's outcome, and how to tell it. */
export interface Told {
  readonly type: 'restore' | 'undo';
  readonly report: BackReport;
  readonly place: Place;
  readonly asked: Asked;
  readonly json: boolean;
  readonly isDryRun: boolean;
  /** Of what was done; undefined: as it is. */
  readonly title: string;
  /** Said when there was nothing to do. */
  readonly nothing: string;
  /** Where it was put, if that is outside of the folder. */
  readonly outside?: string | undefined;
}

export function tellBack({ terminal }: Program, told: Told): ExitCode {
  const { type, report, place, json } = told;
  const exit = exitOf(report);
  if (json) {
    const { folder, path } = place;
    terminal.out(JSON.stringify({ type, exit, folder: folder.name, path, ...report }));
    return exit;
  }
  const say = exit === EXIT.decision || report.refused !== undefined ? terminal.err : terminal.out;
  linesOf(told).forEach((line) => say(line));
  return exit;
}

function exitOf({ halt, refused, left }: BackReport): ExitCode {
  if (halt !== undefined) return EXIT.decision;
  if (refused !== undefined) return refused.why === 'nothing to undo' ? EXIT.inSync : EXIT.usage;
  return left.some(isTrouble) ? EXIT.incomplete : EXIT.inSync;
}

function linesOf({ report, place, asked, isDryRun, title, nothing, outside }: Told): string[] {
  const { halt, refused, done, left } = report;
  if (halt !== undefined)
    return [`stopped: ${halt.message}`, `more about it: docs/errors.md, ${halt.reason}`];
  if (refused !== undefined) return refusalLines(refused, asked);
  if (done.length + left.length === 0) return [nothing];
  const shown =
    outside === undefined ? (path: string) => path : (path: string) => join(outside, path);
  const lines = [title, ...doneLines(report, { isDryRun, shown }).map((line) => `  ${line}`)];
  if (done.length === 0) return lines;
  if (isDryRun) return [...lines, 'dry run: nothing was changed'];
  return outside === undefined ? [...lines, ...nextLines(place.folder, report)] : lines;
}

/** In the folder it is an edit like any other. */
function nextLines({ local }: FolderConfig, { done }: BackReport): string[] {
  const lost = done.filter(({ did }) => did === 'replaced' || did === 'removed').length;
  return [
    ...(lost > 0 ? [`What was there is in the trash: ${local}/.ownsync/trash`] : []),
    'It spreads at the next `ownsync sync`; `ownsync undo` takes it back.',
  ];
}
