/**
 * The guard: when one client's deeds within the window would delete or replace too much of a folder, exactly these are held
 * until a person decides. Pure: time, history and what was accepted come in as arguments.
 */

export type GuardedAction =
  | 'delete-here'
  | 'delete-on-store'
  | 'replace-here'
  | 'replace-on-store'
  /** The store shows content again that its path had before. */
  | 'come-back';

/** Something about to be done to a path that takes content away from its name. */
export interface GuardedDeed {
  readonly path: string;
  readonly action: GuardedAction;
  /** Client whose change this is. */
  readonly origin: string;
  /** Tells one deed at a path from another: for a deletion what goes, else what comes. */
  readonly key: string;
}

export interface GuardFacts {
  readonly deeds: readonly GuardedDeed[];
  /** Deeds of the last window that were let through, by path. */
  readonly recent: ReadonlyMap<string, Pick<GuardedDeed, 'action' | 'origin'>>;
  readonly isAccepted: (deed: GuardedDeed) => boolean;
  /** A person was asked about it, and has not answered. */
  readonly isAsked: (deed: GuardedDeed) => boolean;
  /** Files of the folder, before any of these deeds and of the recent ones. */
  readonly total: number;
  readonly limits: {
    readonly guardFiles: number;
    readonly guardShare: number;
    readonly guardAll: number;
  };
}

/** The deeds to hold. A question stands until it is answered: that an hour goes by is no answer. */
export function guard(facts: GuardFacts): GuardedDeed[] {
  const open = facts.deeds.filter((deed) => !facts.isAccepted(deed));
  const tooMuch = [...new Set(open.map(({ origin }) => origin))].flatMap((origin) =>
    heldOf(
      open.filter((deed) => deed.origin === origin),
      origin,
      facts,
    ),
  );
  return [...new Set([...tooMuch, ...open.filter(facts.isAsked)])];
}

/**
 * Much of a large folder counts whatever is done to it. All of a small one counts only when it is deleted: a person who
 * saves each of five files within an hour would wait for their own answer, and what was replaced can be had back.
 */
function heldOf(
  mine: readonly GuardedDeed[],
  origin: string,
  { recent, total, limits }: GuardFacts,
): readonly GuardedDeed[] {
  const before = [...recent].filter(([, deed]) => deed.origin === origin);
  const paths = (counts: (deed: Pick<GuardedDeed, 'action'>) => boolean) =>
    new Set([
      ...mine.filter(counts).map(({ path }) => path),
      ...before.filter(([, deed]) => counts(deed)).map(([path]) => path),
    ]).size;
  const touched = paths(() => true);
  if (touched > limits.guardFiles && touched > limits.guardShare * total) {
    return mine;
  }
  return total >= limits.guardAll && paths(isDeletion) >= total ? mine.filter(isDeletion) : [];
}

function isDeletion({ action }: Pick<GuardedDeed, 'action'>): boolean {
  return action === 'delete-here' || action === 'delete-on-store';
}
