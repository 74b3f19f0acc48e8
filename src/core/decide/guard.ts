/**
 * The guard: when one client's deeds within the window would delete or replace too much of a folder, exactly these are held
 * until a person decides. Pure: time, history and what was accepted come in as arguments.
 */

/** Something about to be done to a path that takes content away from its name. */
export interface GuardedDeed {
  readonly path: string;
  readonly action: 'delete-here' | 'delete-on-store' | 'replace-here' | 'replace-on-store';
  /** Client whose change this is. */
  readonly origin: string;
  /** Content that loses its name. */
  readonly key: string;
}

export interface GuardFacts {
  readonly deeds: readonly GuardedDeed[];
  /** Deeds of the last window that were let through: path → origin. */
  readonly recent: ReadonlyMap<string, string>;
  readonly isAccepted: (deed: GuardedDeed) => boolean;
  /** Files of the folder, before any of these deeds. */
  readonly total: number;
  readonly limits: {
    readonly guardFiles: number;
    readonly guardShare: number;
    readonly guardAll: number;
  };
}

/** The deeds to hold. */
export function guard(facts: GuardFacts): GuardedDeed[] {
  const held: GuardedDeed[] = [];
  const open = facts.deeds.filter((deed) => !facts.isAccepted(deed));
  for (const origin of new Set(open.map((deed) => deed.origin))) {
    const mine = open.filter((deed) => deed.origin === origin);
    const paths = new Set(mine.map((deed) => deed.path));
    for (const [path, by] of facts.recent) {
      if (by === origin) {
        paths.add(path);
      }
    }
    if (isTooMuch(paths.size, facts)) {
      held.push(...mine);
    }
  }
  return held;
}

function isTooMuch(count: number, { total, limits }: GuardFacts): boolean {
  const large = count > limits.guardFiles && count > limits.guardShare * total;
  return large || (total >= limits.guardAll && count >= total);
}
