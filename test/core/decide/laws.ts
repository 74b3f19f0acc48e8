/** What must be true of the steps for one state of one path. Each law returns what is wrong, or nothing. */
import { reconcile } from '../../../src/core/decide/reconcile.ts';
import { winner } from '../../../src/core/decide/winner.ts';
import type { Entry, Key } from '../../../src/core/model/entry.ts';
import { keyOf, storedKeyOf } from '../../../src/core/model/entry.ts';
import type { PathFacts, Step } from '../../../src/core/model/facts.ts';
import type { Dot } from '../../../src/core/model/version.ts';
import { IMPLIED } from '../../../src/core/model/version.ts';
import type { State } from './states.ts';
import { worldOf } from './states.ts';
import { told } from './steps.ts';
import { factsOf, round, versionsOf } from './world.ts';

export type Law = (facts: PathFacts, steps: readonly Step[], state: State) => string | undefined;

const isContent = (entry: Entry | undefined): entry is Entry =>
  entry !== undefined && entry.kind !== 'directory';

const isEdited = ({ local, ancestor }: PathFacts) =>
  isContent(local) && keyOf(local) !== ancestor?.key;

function replacedBy(step: Step): readonly Dot[] {
  switch (step.do) {
    case 'record':
      return step.replaces;
    case 'upload':
    case 'delete-on-store':
    case 'step-aside':
      return step.over;
    default:
      return [];
  }
}

/** Law 1. */
export const localStays: Law = (facts, steps) => {
  const { local } = facts;
  if (!isContent(local) || !isEdited(facts)) {
    return undefined;
  }
  if (facts.versions.some((v) => keyOf(v.entry) === keyOf(local))) {
    return undefined;
  }
  const allowed = (step: Step) =>
    step.do === 'upload' || step.do === 'step-aside'
      ? keyOf(step.entry) === keyOf(local)
      : step.do === 'record' || step.do === 'fetch-beside';
  return steps.every(allowed)
    ? undefined
    : 'local content is neither uploaded, nor aside, nor untouched';
};

/** Law 1, on the store: what is there and lives on as a version that was not held here is fetched before it is replaced. */
export const storeStays: Law = (facts, steps) => {
  const { sighted, versions, ancestor, local } = facts;
  const living = versions.filter((v) => v.dot !== IMPLIED && keyOf(v.entry) === sighted);
  const isMine = living.some((v) => ancestor?.dots.includes(v.dot));
  const isKept = living.some((v) => v.entry.kind !== 'file' || facts.isSaved(v));
  if (living.length === 0 || isMine || isKept || (local && keyOf(local) === sighted)) {
    return undefined;
  }
  const goes = (step: Step) =>
    step.do === 'delete-on-store' || (step.do === 'upload' && storedKeyOf(step.entry) !== sighted);
  return steps.some(goes) ? 'what others have on the store goes without being kept' : undefined;
};

/** Law 2. */
export const onlySeenIsReplaced: Law = (facts, steps) => {
  for (const dot of steps.flatMap(replacedBy)) {
    const version = facts.versions.find((v) => v.dot === dot);
    if (version === undefined || dot === IMPLIED) {
      return `replaces ${dot === IMPLIED ? 'the implied directory' : dot}, which is no version`;
    }
    const key = keyOf(version.entry);
    const isKnown =
      facts.ancestor?.dots.includes(dot) === true ||
      (facts.local !== undefined && key === keyOf(facts.local)) ||
      facts.isSaved(version) ||
      (facts.isOwn(dot) && key !== facts.sighted);
    if (!isKnown) {
      return `replaces ${dot}, which was never seen here`;
    }
  }
  return undefined;
};

/** Law 3. */
export const editsAreNotOverwritten: Law = (facts, steps) => {
  const isNews = facts.local?.kind === 'directory' && facts.hasNews;
  if (!isEdited(facts) && !isNews) {
    return undefined;
  }
  return steps.some((step) => step.do === 'download' || step.do === 'delete-here')
    ? 'something is brought over a local edit'
    : undefined;
};

/** Every client must decide alike, in whatever order it read the versions. */
export const orderDoesNotMatter: Law = (facts, steps) => {
  const other = reconcile({ ...facts, versions: [...facts.versions].reverse() });
  return steps.length === other.length && steps.every((step, i) => sameStep(step, other[i]))
    ? undefined
    : `in another order: ${other.map(told).join('; ')}`;
};

function sameStep(a: Step, b: Step | undefined): boolean {
  const inOrder = (_: string, value: unknown) =>
    Array.isArray(value) ? [...(value as unknown[])].sort() : value;
  return JSON.stringify(a, inOrder) === JSON.stringify(b, inOrder);
}

/** At most one step moves content; a record or a forgetting may come with it. */
export const oneDeedAtATime: Law = (_, steps) => {
  const deeds = steps.filter(
    ({ do: what }) => what !== 'record' && what !== 'forget' && what !== 'hold',
  );
  return deeds.length > 1 ? 'two deeds for one path' : undefined;
};

const ROUNDS = 10;

/** Law 4. Somebody who has it brings what is waited for. */
export function comesToRest(state: State): string | undefined {
  const { shared, client } = worldOf(state);
  const history: string[] = [];
  const before = contentsAtStake(state);
  for (let i = 0; i < ROUNDS; i++) {
    const { steps, waits, moved } = round(shared, client);
    if (steps.length === 0 && !moved) {
      return unrest(state, { shared, client }, before);
    }
    history.push(steps.map(told).join(', '));
    if (waits !== undefined && shared.store !== waits) {
      shared.store = waits;
    }
  }
  return `no rest: ${history.join(' | ')}`;
}

/** Contents that nobody who had seen them replaced: a local edit, and versions that were not held here. */
function contentsAtStake(state: State): Key[] {
  const { shared, client } = worldOf(state);
  const facts = factsOf(shared, client);
  const others = shared.recorded.filter(
    (v) =>
      v.entry.kind === 'file' && !client.own.has(v.dot) && !client.ancestor?.dots.includes(v.dot),
  );
  const edit = isEdited(facts) && facts.local ? [keyOf(facts.local)] : [];
  return [...edit, ...others.map((v) => keyOf(v.entry))];
}

/** At rest the computer holds the winner, the store holds what the computer holds, and nothing is lost. */
function unrest(
  state: State,
  { shared, client }: ReturnType<typeof worldOf>,
  before: readonly Key[],
): string | undefined {
  const { local } = client;
  const versions = versionsOf(shared);
  const first = winner(versions);
  const isUntracked = local?.kind === 'directory' && first === undefined;
  if (!isUntracked && (local && keyOf(local)) !== (first && keyOf(first.entry))) {
    return `at rest with ${local ? keyOf(local) : 'nothing'} instead of the winner`;
  }
  if (!isUntracked && state.surveyed && shared.store !== storedKeyOf(local)) {
    return `at rest with ${shared.store ?? 'nothing'} on the store`;
  }
  const kept = new Set([...shared.saved, ...versions.map((v) => keyOf(v.entry))]);
  const lost = before.find(
    (key) => !kept.has(key) && (local === undefined || keyOf(local) !== key),
  );
  return lost === undefined ? undefined : `${lost} is lost`;
}
