/**
 * Exit codes: which outcome gives which, and which wins when several folders end differently. Pure.
 */
import type { SyncReport } from '../core/ports/folder.ts';

export const EXIT = {
  inSync: 0,
  failed: 1,
  usage: 2,
  incomplete: 3,
  decision: 4,
  /** Stopped by a person: 128 and the number of SIGINT, as shells have it. */
  stopped: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Worst first: a wrong configuration, then a failure, then what waits for a person, then what only lags behind. */
const ORDER: readonly ExitCode[] = [
  EXIT.stopped,
  EXIT.usage,
  EXIT.failed,
  EXIT.decision,
  EXIT.incomplete,
  EXIT.inSync,
];

export function worstExit(codes: readonly ExitCode[]): ExitCode {
  return ORDER.find((code) => codes.includes(code)) ?? EXIT.inSync;
}

/** A conflict alone is in sync: both versions are kept and reported. A dry run says what would be, and that went well. */
export function exitOfReport(report: SyncReport): ExitCode {
  if (report.halt !== undefined || report.held.length > 0) return EXIT.decision;
  const waits = (report.missingClients?.length ?? 0) > 0;
  const behind = !report.inSync && report.plan === undefined;
  return report.problems.length > 0 || waits || behind ? EXIT.incomplete : EXIT.inSync;
}
