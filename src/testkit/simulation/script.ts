/**
 * What a simulated run is made of: a script of events that stand for themselves, so that one may be taken out and the rest
 * still means something. Plain data; it can be printed, shortened and kept as a test.
 */
import type { Limits } from '../../core/engine/limits.ts';
import type { MemoryProfile } from '../memory-profile.ts';

/** What befalls the store operation that goes on at this step. */
export type Fault =
  /** Refused, nothing happened, and the client knows. */
  | 'error'
  /** The connection broke before the operation took effect; the client cannot know. */
  | 'lost-before'
  /** The operation took effect and the reply was lost. */
  | 'lost-after'
  /** A transfer breaks off in the middle: what was written is torn, what was read is cut. */
  | 'torn'
  /** A listing as it was a while ago. */
  | 'stale'
  /** A listing that says it lacks entries. */
  | 'cut'
  /** A listing that lacks entries and does not say so. */
  | 'cut-silently';

/** What a person does on a computer, or another program on the store. Skipped where it is impossible at that moment. */
export type Act =
  | {
      readonly act: 'write';
      readonly path: string;
      readonly content: number;
      readonly time: 'now' | 'same' | 'popular';
      readonly how: 'place' | 'replace';
      /** Takes away a directory that is in the way. */
      readonly force: boolean;
    }
  | { readonly act: 'remove'; readonly path: string }
  | { readonly act: 'mkdir'; readonly path: string; readonly force: boolean }
  | { readonly act: 'move'; readonly path: string; readonly to: string }
  | { readonly act: 'link'; readonly path: string; readonly target: number }
  | { readonly act: 'touch'; readonly path: string; readonly shift: number }
  | { readonly act: 'chmod'; readonly path: string; readonly executable: boolean }
  /** Writes the folder's ignore file: these paths, and what is below them. */
  | { readonly act: 'ignore'; readonly rules: readonly string[]; readonly content: number };

export type SimulationEvent =
  | { readonly do: 'act'; readonly who: number | 'store'; readonly what: Act }
  | { readonly do: 'start'; readonly client: number }
  /** Lets up to `times` port calls of a client go on; `pick` in [0, 1) decides which of several. */
  | {
      readonly do: 'step';
      readonly client: number;
      readonly times: number;
      readonly pick: number;
      readonly fault?: Fault;
      /** Stops where a store operation of this name has taken effect and not yet answered. */
      readonly until?: string;
    }
  | { readonly do: 'crash'; readonly client: number }
  | { readonly do: 'crash-at-commit'; readonly client: number; readonly before: boolean }
  | { readonly do: 'cancel'; readonly client: number }
  | { readonly do: 'accept'; readonly client: number }
  | { readonly do: 'restore-held'; readonly client: number }
  | { readonly do: 'rejoin'; readonly client: number }
  /** Its local directory is another one, without the marker that says what it is. */
  | { readonly do: 'unmark'; readonly client: number; readonly empty: boolean }
  | { readonly do: 'time'; readonly milliseconds: number }
  /** The computer is put to sleep, its own monotonic clock with it, for so long by the store's clock. */
  | { readonly do: 'suspend'; readonly client: number; readonly milliseconds: number }
  | { readonly do: 'backup'; readonly client: number }
  | { readonly do: 'restore'; readonly client: number; readonly what: 'state' | 'tree' | 'both' }
  | { readonly do: 'clone'; readonly client: number; readonly older: boolean }
  /** A disk or the store has room for so many more bytes; null: room enough. */
  | { readonly do: 'room'; readonly who: number | 'store'; readonly bytes: number | null }
  | { readonly do: 'store-backup' }
  | {
      readonly do: 'store-restore';
      readonly restamp: boolean;
      /** Users' files alone: what agents keep on the store stays as it is. */
      readonly filesOnly?: true;
    }
  | { readonly do: 'store-wipe' };

export interface ClientSpec {
  /** How far its wall clock is from the store's, milliseconds. */
  readonly skew: number;
  readonly caseSensitive: boolean;
  readonly unicode: 'as-given' | 'nfc' | 'nfd';
  /** Milliseconds. */
  readonly mtimePrecision: number;
  readonly reuseIds: boolean;
  /** All files are shown as executable, or none. */
  readonly showsExecutable?: boolean;
}

export interface Script {
  readonly seed: number;
  readonly profile: string;
  readonly store: Partial<MemoryProfile>;
  readonly rounds: 'relaxed' | 'strict';
  /** What a deletion by another program on the store means. Default: follow. */
  readonly deletedOnStore?: 'follow' | 'restore';
  /** How long another program's file must stand still, milliseconds. Default 0. */
  readonly settle?: number;
  /** Bounds of the engine that differ from its own. */
  readonly limits: Partial<Limits>;
  readonly clients: readonly ClientSpec[];
  /** Clients whose round is still open at the end: they go on after everybody else had a quiet round. */
  readonly late: readonly number[];
  readonly events: readonly SimulationEvent[];
}

/** One line a person can read; undefined for what is only scheduling. */
export function describeEvent(event: SimulationEvent, name: (client: number) => string): string {
  switch (event.do) {
    case 'act':
      return `${event.who === 'store' ? 'store' : name(event.who)}: ${describeAct(event.what)}`;
    case 'time':
      return `${String(event.milliseconds)} ms pass`;
    case 'step':
      return `${name(event.client)} goes on x${String(event.times)}`;
    case 'suspend':
      return `${name(event.client)} is asleep for ${String(event.milliseconds)} ms`;
    case 'restore':
      return `${name(event.client)} restored: ${event.what}`;
    case 'clone':
      return `${name(event.client)} cloned${event.older ? ' from its backup' : ''}`;
    case 'room':
      return `${event.who === 'store' ? 'store' : name(event.who)} has room for ${event.bytes === null ? 'everything' : `${String(event.bytes)} bytes`}`;
    case 'store-backup':
    case 'store-wipe':
      return event.do;
    case 'store-restore':
      return `${event.filesOnly === true ? 'files on the ' : ''}store set back${event.restamp ? ', new stamps' : ''}`;
    case 'crash-at-commit':
      return `${name(event.client)} will crash ${event.before ? 'before' : 'after'} its next commit`;
    default:
      return `${name(event.client)}: ${event.do}`;
  }
}

export function describeAct(act: Act): string {
  switch (act.act) {
    case 'write':
      return `${act.path} = v${String(act.content)} (time ${act.time}, in ${act.how}${act.force ? ', force' : ''})`;
    case 'move':
      return `mv ${act.path} ${act.to}`;
    case 'link':
      return `ln -s t${String(act.target)} ${act.path}`;
    case 'touch':
      return `touch ${act.path} ${String(act.shift)} s`;
    case 'chmod':
      return `chmod ${act.executable ? '+x' : '-x'} ${act.path}`;
    case 'mkdir':
      return `mkdir ${act.path}`;
    case 'remove':
      return `rm -r ${act.path}`;
    case 'ignore':
      return `.ownsyncignore = ${act.rules.join(' ')} (v${String(act.content)})`;
  }
}
