/**
 * What a sync shows while it runs and at its end: NDJSON, plain lines, or a bar on a terminal. Decides nothing.
 */
import type { FolderEvent, SyncReport } from '../core/ports/folder.ts';
import type { Explanation } from './explain.ts';
import { explanationLines } from './explain.ts';
import type { ExitCode } from './exit-codes.ts';
import { reportLines } from './report.ts';
import type { Terminal } from './terminal.ts';
import { DEEDS, count } from './words.ts';

/** One folder's end: its report, or why there is none. */
export interface FolderEnd {
  readonly folder: string;
  readonly report?: SyncReport;
  readonly failure?: Explanation;
}

export interface Output {
  event(folder: string, event: FolderEvent): void;
  end(ends: readonly FolderEnd[], exit: ExitCode): void;
}

export interface OutputOptions {
  readonly terminal: Terminal;
  readonly redact: (text: string) => string;
}

/** One JSON object a line; the last has the type `report`. */
export function jsonOutput({ terminal, redact }: OutputOptions): Output {
  const clean = (event: FolderEvent): FolderEvent =>
    event.type === 'problem'
      ? { ...event, problem: { ...event.problem, message: redact(event.problem.message) } }
      : event;
  return {
    event: (folder, event) => {
      const { type, ...rest } = clean(event);
      terminal.out(JSON.stringify({ type, folder, ...rest }));
    },
    end: (ends, exit) => {
      const folders = ends.map(({ folder, report, failure }) => ({
        folder,
        ...report,
        ...(failure === undefined ? {} : { inSync: false, error: failure }),
      }));
      terminal.out(JSON.stringify({ type: 'report', exit, folders }));
    },
  };
}

/** A line for each thing done, then the report. */
export function linesOutput({ terminal, redact }: OutputOptions): Output {
  return {
    event: (folder, event) => {
      const line = eventLine(event, redact);
      if (line !== undefined) terminal.out(`${folder}: ${line}`);
    },
    end: (ends) => printEnds(ends, { terminal, redact }),
  };
}

export function printEnds(ends: readonly FolderEnd[], { terminal, redact }: OutputOptions): void {
  for (const { folder, report, failure } of ends) {
    if (failure !== undefined) {
      const [first = '', ...more] = explanationLines(failure);
      terminal.err(`${folder}: ${first}`);
      more.forEach((line) => terminal.err(line));
    }
    if (report !== undefined) {
      for (const line of reportLines(report, redact)) terminal.out(`${folder}: ${line}`);
    }
  }
}

/** Problems are told once, in the report; phases only where something moves. */
function eventLine(event: FolderEvent, redact: (text: string) => string): string | undefined {
  switch (event.type) {
    case 'done':
      return `${DEEDS[event.deed]}: ${event.from === undefined ? '' : `${event.from} -> `}${event.path}`;
    case 'waiting':
      return `waiting ${count(Math.ceil(event.milliseconds / 1000), 'second')}: ${redact(event.reason)}`;
    case 'phase':
    case 'progress':
    case 'problem':
      return undefined;
  }
}
