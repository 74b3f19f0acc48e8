/**
 * The past from what is current and the changes since: what a path, or the whole folder, held at a time, and what happened
 * to a path one after the other. Backwards, so that nothing older than the time asked for is needed. Pure.
 */
import type { Entry, Key } from '../model/entry.ts';
import { keyOf } from '../model/entry.ts';
import type { Past, PastChange } from '../model/past.ts';
import type { Dot, Version } from '../model/version.ts';
import { clientOf, numberOf } from '../model/version.ts';
import { winner } from './winner.ts';

/** One thing that happened to a path. */
export interface Happening {
  /** The name that the content had then. */
  readonly path: string;
  /** Undefined: before the oldest record; only what there was is known. */
  readonly change: PastChange | undefined;
  /** What was there from then on; undefined: it was deleted, or moved away. */
  readonly version: Version | undefined;
  /** What ended it. */
  readonly endedBy: PastChange | undefined;
  /** For a deletion that was one half of a move. */
  readonly movedTo?: string;
  readonly isCurrent: boolean;
}

/** Looks into the past of one folder. */
export class AsItWas {
  readonly #past: Past;
  readonly #byPath = new Map<string, PastChange[]>();
  /** Dot of the deletion half of a move → where to. */
  readonly #movedTo = new Map<Dot, string>();

  constructor(past: Past) {
    this.#past = past;
    for (const change of once(past.changes)) {
      const known = this.#byPath.get(change.path);
      if (known === undefined) {
        this.#byPath.set(change.path, [change]);
      } else {
        known.push(change);
      }
    }
    for (const changes of this.#byPath.values()) {
      for (const change of changes) {
        const half = this.#otherHalf(change);
        if (half !== undefined) {
          this.#movedTo.set(half.dot, change.path);
        }
      }
    }
  }

  /** Every path that has something now, or had. */
  paths(): Set<string> {
    return new Set([...this.#past.current.keys(), ...this.#byPath.keys()]);
  }

  /** Each once, in any order. */
  changesOf(path: string): readonly PastChange[] {
    return this.#byPath.get(path) ?? [];
  }

  /** What took the name at every path at that time, milliseconds since 1970. Nothing there: not in the map. */
  folder(at: number): Map<string, Version> {
    const there = new Map<string, Version>();
    for (const path of this.paths()) {
      const version = this.at(path, at);
      if (version !== undefined) {
        there.set(path, version);
      }
    }
    return there;
  }

  at(path: string, at: number): Version | undefined {
    return winner(this.#versionsAt(path, at));
  }

  now(path: string): Version | undefined {
    return winner(this.#past.current.get(path) ?? []);
  }

  /** This content is recorded here, now or at any time. */
  holds(path: string, key: Key): boolean {
    const changes = this.changesOf(path);
    const isIt = (entry: Entry | null): boolean => entry !== null && keyOf(entry) === key;
    return (
      changes.some(({ entry }) => isIt(entry)) ||
      this.#known(path, changes).some(({ entry }) => isIt(entry))
    );
  }

  /** What ended a version first. Undefined: nothing has, or no record tells. */
  endOf(path: string, dot: Dot): PastChange | undefined {
    const ends = this.changesOf(path).filter(({ replaces }) => replaces.includes(dot));
    return ends.sort((a, b) => a.at - b.at)[0];
  }

  /**
   * What is current, and what later changes replaced; without what they made, and without what was replaced before.
   */
  #versionsAt(path: string, at: number): Version[] {
    const changes = this.changesOf(path);
    const later = changes.filter((change) => change.at > at);
    const made = new Set(later.map(({ dot }) => dot));
    const over = new Set(changes.filter((c) => c.at <= at).flatMap(({ replaces }) => replaces));
    return this.#known(path, later).filter(({ dot }) => !made.has(dot) && !over.has(dot));
  }

  /** Each version once that is current or that these changes replaced. */
  #known(path: string, changes: readonly PastChange[]): Version[] {
    const versions = [
      ...(this.#past.current.get(path) ?? []),
      ...changes.flatMap(({ was = [] }) => was),
    ];
    return [...new Map(versions.map((version) => [version.dot, version])).values()];
  }

  /** What happened to a path, oldest first; before a move, what happened under the name it had then. */
  happenings(path: string): Happening[] {
    return this.#story(path, new Set());
  }

  #story(path: string, told: Set<string>): Happening[] {
    if (told.has(path)) {
      return [];
    }
    told.add(path);
    const changes = inOrder(this.changesOf(path));
    const recorded = new Set(changes.map(({ dot }) => dot));
    const before = this.#known(path, changes).filter(({ dot }) => !recorded.has(dot));
    const story = before.map((version) => this.#happening(path, undefined, version));
    for (const change of changes) {
      const { dot, by, entry, from } = change;
      if (from !== undefined) {
        story.push(...this.#storyUntil(from, told));
      }
      story.push(this.#happening(path, change, entry === null ? undefined : { dot, by, entry }));
    }
    return story;
  }

  /** Under the name before a move: up to the version that was moved. */
  #storyUntil(from: NonNullable<PastChange['from']>, told: Set<string>): Happening[] {
    const story = this.#story(from.path, told);
    const last = story.findLastIndex(({ version }) => from.dots.includes(version?.dot ?? ''));
    return story.slice(0, last + 1);
  }

  #happening(
    path: string,
    change: PastChange | undefined,
    version: Version | undefined,
  ): Happening {
    const movedTo = change && this.#movedTo.get(change.dot);
    return {
      path,
      change,
      version,
      endedBy: version && this.endOf(path, version.dot),
      ...(movedTo === undefined ? {} : { movedTo }),
      isCurrent: version !== undefined && this.now(path)?.dot === version.dot,
    };
  }

  /** The deletion where the content was moved from. */
  #otherHalf({ dot, from }: PastChange): PastChange | undefined {
    return from === undefined
      ? undefined
      : this.#byPath
          .get(from.path)
          ?.find(
            ({ dot: other, entry, replaces }) =>
              entry === null &&
              clientOf(other) === clientOf(dot) &&
              from.dots.some((moved) => replaces.includes(moved)),
          );
  }
}

function once(changes: readonly PastChange[]): PastChange[] {
  return [...new Map(changes.map((change) => [change.dot, change])).values()];
}

/**
 * By time; where times say nothing, or lie, what replaces comes after what it replaces, and a client's own changes in its
 * order.
 */
function inOrder(changes: readonly PastChange[]): PastChange[] {
  const waiting = [...changes].sort((a, b) => a.at - b.at || numberOf(a.dot) - numberOf(b.dot));
  const ordered: PastChange[] = [];
  while (waiting.length > 0) {
    const next = waiting.findIndex((change) => !waiting.some((other) => isBefore(other, change)));
    ordered.push(...waiting.splice(Math.max(0, next), 1));
  }
  return ordered;
}

function isBefore(a: PastChange, b: PastChange): boolean {
  const isEarlierOwn = clientOf(a.dot) === clientOf(b.dot) && numberOf(a.dot) < numberOf(b.dot);
  return isEarlierOwn || b.replaces.includes(a.dot);
}
