/**
 * Versions, changes and the dots that name them.
 * A path has one version, or several concurrent ones (siblings). Deletions leave nothing behind.
 */
import type { Entry } from './entry.ts';

/** `client:number`, the name of one change. */
export type Dot = string;

/** Highest change number merged, per client. */
export type Seen = Readonly<Record<string, number>>;

export interface Version {
  readonly dot: Dot;
  /** Readable name of the client that made it, for conflict names. */
  readonly by: string;
  readonly entry: Entry;
  /** Another program wrote it to the store; whoever looks first says so, and two may look at once. */
  readonly found?: true;
}

export interface Change {
  readonly path: string;
  readonly dot: Dot;
  readonly by: string;
  readonly replaces: readonly Dot[];
  /** Null: a deletion. */
  readonly entry: Entry | null;
  readonly found?: true;
  /** The change is the second half of a move: where the content was, and the versions it was. */
  readonly from?: { readonly path: string; readonly dots: readonly Dot[] };
  /** The replaced versions themselves, as far as the client knew them: what a look into the past needs, and nothing else. */
  readonly was?: readonly Version[];
}

/** The dot of a directory that exists only because something below it does. */
export const IMPLIED: Dot = '';

export function makeDot(client: string, number: number): Dot {
  return `${client}:${String(number)}`;
}

export function clientOf(dot: Dot): string {
  return dot.slice(0, dot.lastIndexOf(':'));
}

export function numberOf(dot: Dot): number {
  return Number(dot.slice(dot.lastIndexOf(':') + 1));
}

export function seenHas(seen: Seen, dot: Dot): boolean {
  return (seen[clientOf(dot)] ?? 0) >= numberOf(dot);
}

/** True if everything in `other` is in `seen`. */
export function covers(seen: Seen, other: Seen): boolean {
  return Object.entries(other).every(([client, number]) => (seen[client] ?? 0) >= number);
}

export function maximum(a: Seen, b: Seen): Seen {
  const merged: Record<string, number> = { ...a };
  for (const [client, number] of Object.entries(b)) {
    merged[client] = Math.max(merged[client] ?? 0, number);
  }
  return merged;
}
