/**
 * `ownsync status`: what this computer knows, from its local state alone. Asks no store and loads no plugin.
 */
import { onStates } from '../agent.ts';
import type { FolderStatus } from '../core/ports/folder.ts';
import { EXIT, worstExit } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { explain, explanationLines } from './explain.ts';
import type { Explanation } from './explain.ts';
import { chooseFolders, readConfig } from './program.ts';
import type { Program } from './program.ts';
import { list } from './report.ts';
import { ago, count, sayHeld } from './words.ts';

interface FolderState {
  readonly folder: string;
  readonly local: string;
  readonly store: string;
  readonly path: string;
  readonly status?: FolderStatus;
  readonly failure?: Explanation;
}

export async function status(
  program: Program,
  { json }: { readonly json: boolean },
): Promise<ExitCode> {
  const config = await readConfig(program);
  const folders = chooseFolders(config, []);
  const parts = await program.partsFor(config, program);
  const work = { config, folders, parts, log: program.log, onEvent: () => undefined };
  const outcomes = await onStates(work, (folder) => folder.status());
  const states = outcomes.map((outcome, index): FolderState => {
    const { local = '', store = '', path = '' } = folders[index] ?? {};
    const base = { folder: outcome.folder, local, store, path };
    if (!outcome.ok)
      return { ...base, failure: explain(outcome.error, { redact: program.secrets.redact }) };
    // A state without a finished round comes from a first sync that failed.
    const synced = outcome.value?.lastRound !== undefined;
    return synced ? { ...base, status: outcome.value } : base;
  });
  const exit = worstExit(states.map(exitOf));
  const { terminal } = program;
  if (json) terminal.out(JSON.stringify({ type: 'status', exit, folders: states.map(forJson) }));
  else
    for (const state of states)
      stateLines(state, parts.clock.now()).forEach((line) => terminal.out(line));
  return exit;
}

/** As for `sync`: held paths wait for a person, problems are left over. */
function exitOf({ status: known, failure }: FolderState): ExitCode {
  if (failure !== undefined) return failure.exit;
  if (known === undefined) return EXIT.incomplete;
  if (known.held.length > 0 || known.halt !== undefined) return EXIT.decision;
  return known.problems.length > 0 ? EXIT.incomplete : EXIT.inSync;
}

function forJson({ status: known, failure, ...base }: FolderState): Record<string, unknown> {
  return {
    ...base,
    ...(known ?? { lastRound: null }),
    ...(failure === undefined ? {} : { error: failure }),
  };
}

function stateLines(state: FolderState, now: number): string[] {
  const title = `${state.folder}: ${state.local} <-> ${state.store}:/${state.path}`;
  if (state.failure !== undefined) return [title, ...indent(explanationLines(state.failure))];
  const known = state.status;
  if (known === undefined) return [title, ...indent(['never synced from this computer'])];
  const last = known.lastRound === undefined ? 'never' : ago(now - known.lastRound);
  return [
    title,
    ...indent([
      `${count(known.files, 'file')}, last synced ${last}`,
      ...(known.halt === undefined ? [] : [`not synced: ${known.halt.message}`]),
      ...known.problems.map(({ path, message }) => `problem: ${path}: ${message}`),
      ...known.held.flatMap((held) => list(held.paths, `held (${held.id}): ${sayHeld(held)}`)),
      ...(known.held.length > 0 ? ['the answers there are: ownsync pending'] : []),
      ...known.clients.map(
        (client) =>
          `${client.name}: ${client.upToDate ? 'holds everything' : 'does not hold everything yet'}, last seen ${ago(now - client.lastSeen)}`,
      ),
    ]),
  ];
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
