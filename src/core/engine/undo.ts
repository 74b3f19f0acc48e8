/**
 * Taking the last run of this computer back: what it brought here, and what it sent. As a restore it only edits the folder;
 * the next sync spreads that. It is a run itself, which the next undo takes back.
 */
import { takeBack } from '../decide/take-back.ts';
import { parentsOf } from '../model/path.ts';
import type { BackReport, UndoOptions } from '../ports/history.ts';
import type { Context } from './context.ts';
import { Contents } from './history-contents.ts';
import { readHistory } from './history-read.ts';
import { join } from './join.ts';
import { heldAt, lookAt } from './restore.ts';
import { carryOut, foretell } from './restore-steps.ts';
import { Deeds, lastDeeds, lastRun } from './undo-deeds.ts';

export async function undo(ctx: Context, { dryRun, only }: UndoOptions): Promise<BackReport> {
  const run = lastRun(ctx.state);
  const deeds = lastDeeds(ctx.state);
  if (run === undefined || deeds.size === 0) {
    return { done: [], left: [], refused: { why: 'nothing to undo' } };
  }
  const halt = await join({ ...ctx, dryRun: true });
  if (halt !== undefined && halt !== 'nothing there') {
    return { done: [], left: [], halt };
  }
  const paths = [...deeds.keys()];
  const here = await lookAt(ctx, [...new Set(paths.flatMap((path) => [path, ...parentsOf(path)]))]);
  const { steps, left, already } = takeBack(deeds, here.entries, only);
  const undone = { what: run.what, at: run.at };
  if (dryRun === true) {
    return { done: foretell(steps, here.entries), left, undone };
  }
  const reversed = new Deeds(ctx.state, 'undo', ctx.clock.now());
  already.forEach((done, path) => {
    reversed.note(path, done);
  });
  const carried = await carryOut(ctx, steps, {
    contents: new Contents(ctx, await readHistory(ctx)),
    target: ctx.local,
    stats: here.stats,
    held: (path) => heldAt(here.entries.get(path)),
    deeds: reversed,
    deed: 'undone',
  });
  reversed.finish();
  ctx.state.commit();
  return { done: carried.done, left: [...left, ...carried.left], undone };
}
