/**
 * `ownsync sync`: rounds for the chosen folders, shown while they run, one exit code for all.
 */
import { syncFolders } from '../agent.ts';
import type { Outcome } from '../agent.ts';
import type { Config } from '../config/config.ts';
import type { SyncReport } from '../core/ports/folder.ts';
import { exitOfReport, worstExit } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { explain } from './explain.ts';
import { jsonOutput, linesOutput } from './output.ts';
import type { FolderEnd, Output } from './output.ts';
import { pluginOptions } from './plugin-options.ts';
import { chooseFolders, readConfig } from './program.ts';
import type { Program } from './program.ts';

export interface SyncArguments {
  readonly folders: readonly string[];
  readonly dryRun: boolean;
  /** Seconds; undefined: do not wait. */
  readonly wait: number | undefined;
  readonly json: boolean;
}

export async function sync(program: Program, args: SyncArguments): Promise<ExitCode> {
  const config = await readConfig(program, pluginOptions(program.around.home));
  const folders = chooseFolders(config, args.folders);
  const output = await chooseOutput(program, args.json);
  const outcomes = await syncFolders({
    config,
    folders,
    parts: await program.partsFor(config, program),
    log: program.log,
    signal: program.signal,
    dryRun: args.dryRun,
    wait: args.wait === undefined ? undefined : args.wait * 1000,
    onEvent: (folder, event) => output.event(folder, event),
  });
  const ends = outcomes.map((outcome) => folderEnd(outcome, config, program));
  const exit = worstExit(ends.map(exitOf));
  output.end(ends, exit);
  return exit;
}

async function chooseOutput({ terminal, secrets }: Program, json: boolean): Promise<Output> {
  const options = { terminal, redact: secrets.redact };
  if (json) return jsonOutput(options);
  if (terminal.screen === undefined) return linesOutput(options);
  const { barOutput } = await import('./output-bar.ts');
  return barOutput(options, terminal.screen);
}

function folderEnd(
  outcome: Outcome<SyncReport>,
  config: Config,
  { secrets, log }: Program,
): FolderEnd {
  if (outcome.ok) return { folder: outcome.folder, report: outcome.value };
  const stack = outcome.error instanceof Error ? outcome.error.stack : undefined;
  log('debug', `folder "${outcome.folder}" failed`, { stack });
  const store = config.folders.find(({ name }) => name === outcome.folder)?.store;
  const where = { redact: secrets.redact, ...(store === undefined ? {} : { store }) };
  return { folder: outcome.folder, failure: explain(outcome.error, where) };
}

function exitOf({ report, failure }: FolderEnd): ExitCode {
  return failure?.exit ?? (report === undefined ? 0 : exitOfReport(report));
}
