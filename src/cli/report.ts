/**
 * A folder's report in words. Pure: lines out of a report.
 */
import type { SyncReport } from '../core/ports/folder.ts';
import { answerLines, count, DEEDS, sayDone, sayHeld } from './words.ts';

/** More paths than this are counted, not listed. */
const LISTED = 20;

/** `redact`: for the words of others; the user's own paths are shown as they are. */
export function reportLines(report: SyncReport, redact: (text: string) => string): string[] {
  return [
    ...planLines(report),
    ...list(
      report.conflicts,
      `${count(report.conflicts.length, 'conflict')}: both versions are kept, one under`,
    ),
    ...list(
      report.problems.map(({ path, kind, message }) => `${path}: ${redact(message)} (${kind})`),
      `${count(report.problems.length, 'path')} with a problem`,
    ),
    ...report.held.flatMap((held) => [
      ...list(held.paths, `held: ${sayHeld(held)}`),
      ...answerLines(held),
    ]),
    ...list(report.missingClients ?? [], 'these computers do not hold everything yet'),
    ...(report.halt === undefined
      ? []
      : [
          `stopped: ${redact(report.halt.message)}`,
          `more about it: docs/errors.md, ${report.halt.reason}`,
        ]),
    summary(report),
  ];
}

function planLines({ plan }: SyncReport): string[] {
  return (plan ?? []).map(
    ({ deed, path, from }) =>
      `would be ${DEEDS[deed]}: ${from === undefined ? '' : `${from} -> `}${path}`,
  );
}

function summary(report: SyncReport): string {
  const done = sayDone(report.done);
  if (report.plan !== undefined) {
    return `dry run: ${report.plan.length === 0 ? 'nothing to do' : count(report.plan.length, 'thing')}${report.plan.length === 0 ? '' : ' to do; nothing was changed'}`;
  }
  return `${standing(report)}${done === '' ? '' : `: ${done}`}`;
}

function standing({ halt, held, problems, inSync, missingClients }: SyncReport): string {
  if (halt !== undefined) return 'not synced';
  if (held.length > 0) return 'waiting for your decision';
  if (problems.length > 0) return 'done, but for the paths above';
  if (!inSync) return 'not in sync yet, run it again';
  return (missingClients?.length ?? 0) > 0 ? 'in sync here, not yet everywhere' : 'in sync';
}

/** A title and what belongs to it, cut where nobody reads on. */
export function list(items: readonly string[], title: string): string[] {
  if (items.length === 0) return [];
  const more = items.length > LISTED ? [`    … and ${items.length - LISTED} more`] : [];
  return [`${title}:`, ...items.slice(0, LISTED).map((item) => `    ${item}`), ...more];
}
