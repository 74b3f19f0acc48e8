/**
 * What to do about one path, from its four inputs alone: ancestor, local, the master's versions, and the sighting.
 * *Own* versions are those the ancestor stands for, *others* the rest. Nothing a user wrote and had not seen replaced may
 * disappear by any step returned here: it is held, uploaded, or steps aside under a conflict name.
 */
import type { Entry } from '../model/entry.ts';
import { DIRECTORY_KEY, keyOf, storedKeyOf } from '../model/entry.ts';
import type { Ancestor, PathFacts, Step } from '../model/facts.ts';
import type { Dot, Version } from '../model/version.ts';
import { IMPLIED } from '../model/version.ts';
import { beats, unify, winner } from './winner.ts';

const dotsOf = (versions: readonly Version[]): Dot[] => versions.map((v) => v.dot);
/** The implied directory has no dot that a record could replace. */
const recordable = (dots: readonly Dot[]): Dot[] => dots.filter((dot) => dot !== IMPLIED);

export function ancestorOf(entry: Entry, dots: readonly Dot[]): Ancestor {
  const key = keyOf(entry);
  switch (entry.kind) {
    case 'file':
      return { key, dots, mtime: entry.mtime, executable: entry.executable };
    case 'link':
    case 'directory':
      return { key, dots };
  }
}

export function reconcile(facts: PathFacts): Step[] {
  const { local, ancestor } = facts;
  if (isFile(local) && facts.unseenBelow && keyOf(local) !== ancestor?.key) {
    const own = ownVersions(facts, facts.versions).filter((v) => keyOf(v.entry) !== DIRECTORY_KEY);
    return [{ do: 'step-aside', entry: local, over: recordable(dotsOf(own)) }];
  }
  const stale = staleVersions(facts);
  const versions = facts.versions.filter((v) => !stale.includes(v));
  const dropStale: Step[] =
    stale.length > 0 ? [{ do: 'record', replaces: dotsOf(stale), entry: null }] : [];
  return [...dropStale, ...settle({ ...facts, versions })];
}

function isFile(entry: Entry | undefined): entry is Entry {
  return entry !== undefined && entry.kind !== 'directory';
}

/**
 * Versions the ancestor stands for, what it stands for found once more by somebody who did not know of it, and, under a local
 * edit, siblings whose content is already kept beside.
 */
function ownVersions(facts: PathFacts, versions: readonly Version[]): Version[] {
  const { ancestor, local, sighted } = facts;
  if (ancestor === undefined) {
    return [];
  }
  const edited = local !== undefined && keyOf(local) !== ancestor.key;
  return versions.filter(
    (v) =>
      ancestor.dots.includes(v.dot) ||
      isFoundAgain(v, ancestor) ||
      (edited && v.dot !== IMPLIED && facts.isSaved(v) && sighted !== keyOf(v.entry)),
  );
}

function isFoundAgain({ entry, found }: Version, { key, mtime }: Ancestor): boolean {
  return found === true && entry.kind === 'file' && entry.digest === key && entry.mtime === mtime;
}

/**
 * Versions of this client's own making that nobody holds any more: replaced before anybody fetched them; their content is
 * in history. Only the maker drops them.
 */
function staleVersions(facts: PathFacts): Version[] {
  const own = ownVersions(facts, facts.versions);
  const localKey = facts.local && keyOf(facts.local);
  return facts.versions.filter((v) => {
    const key = keyOf(v.entry);
    return (
      v.dot !== IMPLIED &&
      facts.isOwn(v.dot) &&
      !own.includes(v) &&
      key !== localKey &&
      key !== facts.sighted
    );
  });
}

function settle(facts: PathFacts): Step[] {
  const { ancestor, local, versions, sighted } = facts;
  const own = ownVersions(facts, versions);
  const others = versions.filter((v) => !own.includes(v));
  if (local !== undefined && versions.some((v) => keyOf(v.entry) === keyOf(local))) {
    return heldSteps(facts, local, own);
  }
  if (local === undefined && versions.length === 0) {
    // Everybody let go of it: what the store still holds goes too.
    const gone: Step[] = ancestor === undefined ? [] : [{ do: 'forget' }];
    return sighted === undefined ? gone : [...gone, { do: 'delete-on-store', over: [] }];
  }
  const unchanged = local === undefined ? false : keyOf(local) === ancestor?.key && !facts.hasNews;
  if (others.length === 0) {
    return onlyHere(facts, { own, unchanged });
  }
  if (local === undefined || unchanged) {
    const deleted: Step[] =
      local === undefined && recordable(dotsOf(own)).length > 0
        ? [{ do: 'record', replaces: recordable(dotsOf(own)), entry: null }]
        : [];
    return [...deleted, ...download(versions)];
  }
  return bothChanged(facts, { local, own, others });
}

function download(versions: readonly Version[]): Step[] {
  const version = winner(versions);
  return version === undefined
    ? []
    : [{ do: 'download', version, dots: dotsOf(sameContent(versions, version.entry)) }];
}

function sameContent(versions: readonly Version[], entry: Entry): Version[] {
  return versions.filter((v) => keyOf(v.entry) === keyOf(entry));
}

/** The local content is that of some version, however it came here. */
function heldSteps(facts: PathFacts, local: Entry, own: readonly Version[]): Step[] {
  const { ancestor, versions } = facts;
  const key = keyOf(local);
  const edited = ancestor !== undefined && key !== ancestor.key;
  const stands = versions.filter((v) => keyOf(v.entry) === key || (edited && own.includes(v)));
  const dots = dotsOf(stands);
  const first = winner(versions);
  if (first !== undefined && keyOf(first.entry) !== key && local.kind !== 'directory') {
    return [{ do: 'step-aside', entry: local, over: recordable(dots) }];
  }
  if (storeDiffers(facts, local, stands)) {
    return repairSteps(facts, local, dots);
  }
  if (facts.emptiedHere) {
    return [{ do: 'upload', entry: local, over: [], repair: false }];
  }
  const lost = recordable(dotsOf(stands.filter((v) => keyOf(v.entry) !== key)));
  const unified = unify(stands.find((v) => keyOf(v.entry) === key) as Version, versions);
  if (lost.length > 0) {
    return [{ do: 'record', replaces: recordable(dots), entry: unified.entry }];
  }
  const isOne = stands.every((v) => sameMetadata(v.entry, unified.entry));
  return metadataSteps(facts, { local, unified: unified.entry, dots, isOne });
}

function storeDiffers(facts: PathFacts, local: Entry, stands: readonly Version[]): boolean {
  const wanted = storedKeyOf(local);
  if (facts.sighted !== undefined) {
    return facts.sighted !== wanted;
  }
  const implied = stands.every((v) => v.dot === IMPLIED); // what is in it will bring it
  return wanted !== undefined && facts.absent && !implied;
}

/** The store holds something else than the winner that is held here, or nothing. */
function repairSteps(facts: PathFacts, local: Entry, dots: readonly Dot[]): Step[] {
  const { versions, sighted, ancestor } = facts;
  const displaced = versions.filter(
    (v) => keyOf(v.entry) === sighted && v.entry.kind === 'file' && !dots.includes(v.dot),
  );
  const first = displaced[0] && unify(displaced[0], versions);
  const all = [...dots, ...dotsOf(displaced)];
  if (first !== undefined && !facts.isSaved(first)) {
    const standing = [...(ancestor?.dots ?? []), ...all];
    return [{ do: 'fetch-beside', version: first, dots: [...new Set(standing)] }];
  }
  return [{ do: 'upload', entry: local, over: recordable(all), repair: true }];
}

interface Alignment {
  readonly local: Entry;
  readonly unified: Entry;
  readonly dots: readonly Dot[];
  /** All versions say the same time and mode. */
  readonly isOne: boolean;
}

/** Content is equal; who has to follow with mode and time? */
function metadataSteps(facts: PathFacts, { local, unified, dots, isOne }: Alignment): Step[] {
  const { ancestor } = facts;
  const asked = asksInVain(ancestor, local, unified) ? ancestor?.asked : undefined;
  const held = { ...ancestorOf(local, dots), ...(asked === undefined ? {} : { asked }) };
  const isHeld = ancestor !== undefined && sameAncestor(ancestor, held);
  if (local.kind !== 'file' || unified.kind !== 'file') {
    return isHeld ? [] : [{ do: 'hold', ancestor: held }];
  }
  const isEqual = sameMetadata(local, unified);
  if (isEqual && !isOne) {
    // Two set time or mode at once, and the store shows what came last: whoever has what all agreed on says so for good.
    return [{ do: 'upload', entry: local, over: recordable(dots), repair: false }];
  }
  if (isEqual || asked !== undefined) {
    return isHeld ? [] : [{ do: 'hold', ancestor: held }];
  }
  const touchedHere =
    ancestor?.key === local.digest &&
    ancestor.mtime !== undefined &&
    (ancestor.mtime !== local.mtime || ancestor.executable !== local.executable);
  const othersToo = dots.some((dot) => !(ancestor?.dots.includes(dot) ?? false));
  return touchedHere && !othersToo
    ? [{ do: 'upload', entry: local, over: recordable(dots), repair: false }]
    : [{ do: 'set-metadata', entry: unified, dots }];
}

function sameMetadata(a: Entry, b: Entry): boolean {
  if (a.kind !== 'file' || b.kind !== 'file') {
    return true;
  }
  return a.executable === b.executable && a.mtime === b.mtime;
}

/** This disk was asked for exactly this before, and what is here is what it made of it. */
function asksInVain(ancestor: Ancestor | undefined, local: Entry, unified: Entry): boolean {
  return (
    ancestor?.asked !== undefined &&
    local.kind === 'file' &&
    unified.kind === 'file' &&
    ancestor.key === local.digest &&
    ancestor.mtime === local.mtime &&
    ancestor.executable === local.executable &&
    ancestor.asked.mtime === unified.mtime &&
    ancestor.asked.executable === unified.executable
  );
}

function sameAncestor(a: Ancestor, b: Ancestor): boolean {
  return (
    a.key === b.key &&
    a.mtime === b.mtime &&
    a.executable === b.executable &&
    a.asked?.mtime === b.asked?.mtime &&
    a.asked?.executable === b.asked?.executable &&
    a.dots.length === b.dots.length &&
    a.dots.every((dot) => b.dots.includes(dot))
  );
}

interface OnlyHere {
  readonly own: readonly Version[];
  readonly unchanged: boolean;
}

/** Nobody else changed the path. */
function onlyHere(facts: PathFacts, { own, unchanged }: OnlyHere): Step[] {
  const { local, ancestor, versions } = facts;
  const over = recordable(dotsOf(own));
  if (local === undefined) {
    if (over.length > 0) {
      return [{ do: 'delete-on-store', over }];
    }
    // A directory deleted here stays remembered while others see it by what is in it, or it would come back as new.
    return ancestor === undefined || versions.length > 0 ? [] : [{ do: 'forget' }];
  }
  if (unchanged) {
    return versions.length === 0 ? [{ do: 'delete-here' }] : [];
  }
  if (local.kind === 'directory' && !facts.emptyHere && over.length === 0) {
    return []; // it will exist by what is in it; what is only ignored stays untracked
  }
  return [{ do: 'upload', entry: local, over, repair: false }];
}

interface Both {
  readonly local: Entry;
  readonly own: readonly Version[];
  readonly others: readonly Version[];
}

/** Changed here and elsewhere: both are kept. */
function bothChanged(facts: PathFacts, { local, own, others }: Both): Step[] {
  const over = recordable(dotsOf(own));
  const found = others.find((v) => keyOf(v.entry) === facts.sighted);
  const onStore = found && unify(found, facts.versions);
  const theirs = onStore ?? winner(others);
  if (theirs === undefined) {
    return [];
  }
  if (local.kind !== 'directory' && beats(theirs.entry, local)) {
    return [{ do: 'step-aside', entry: local, over }];
  }
  if (onStore?.entry.kind === 'file') {
    const dots = [...(facts.ancestor?.dots ?? []), ...dotsOf(sameContent(others, onStore.entry))];
    return [{ do: 'fetch-beside', version: onStore, dots }];
  }
  // The store holds none of theirs any more: waiting for content that nobody will bring again would be for ever.
  return [{ do: 'upload', entry: local, over, repair: false }];
}
