/**
 * `ownsync undo`: takes back what the last sync, restore or undo on this computer did. Edits the folder only; the next sync
 * spreads it.
 */
import { onFolders } from '../agent.ts';
import type { BackReport } from '../core/ports/history.ts';
import { worstExit } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { onePlace, sayFailure, tellBack } from './past.ts';
import { chooseFolders } from './program.ts';
import type { Program } from './program.ts';
import { sayWhen } from './when.ts';

export interface UndoArguments {
  readonly folders: readonly string[];
  readonly only: 'here' | 'sent' | undefined;
  readonly dryRun: boolean;
  readonly json: boolean;
}

export async function undo(program: Program, args: UndoArguments): Promise<ExitCode> {
  const { config, work } = await onePlace(program);
  const { dryRun, only, json } = args;
  const folders = chooseFolders(config, args.folders);
  const options = { signal: program.signal, dryRun, ...(only === undefined ? {} : { only }) };
  const outcomes = await onFolders({ ...work, folders, dryRun: true }, (folder) =>
    folder.undo(options),
  );
  return worstExit(
    outcomes.flatMap((outcome, index) => {
      const folder = folders[index];
      if (folder === undefined) return [];
      if (!outcome.ok) return [sayFailure(program, folder, outcome.error)];
      const report = outcome.value;
      return [
        tellBack(program, {
          type: 'undo',
          report,
          place: { folder, path: '' },
          asked: { name: folder.name, at: undefined },
          json,
          isDryRun: dryRun,
          title: titleOf(folder.name, report),
          nothing: `${folder.name}: nothing to take back`,
        }),
      ];
    }),
  );
}

function titleOf(name: string, { undone }: BackReport): string {
  if (undone === undefined) return `${name}:`;
  return `${name}, as before the ${undone.what} of ${sayWhen(undone.at)}:`;
}
