/**
 * Taking a run back: from what it did to each path, and what is there now, to what has to be done. Pure. What was changed
 * since is left alone; so is what was new here and only sent, and what a conflict has kept twice already.
 */
import type { Entry } from '../model/entry.ts';
import { DIRECTORY_KEY, keyOf, NO_CONTENT } from '../model/entry.ts';
import { byPath } from '../model/path.ts';
import type { Deed } from '../ports/folder.ts';
import type { Left } from '../ports/history.ts';
import type { BackPlan, BackStep, Content } from './go-back.ts';

/** What a run did to a path: what this computer held there before and after. Undefined: nothing. */
export interface Done {
  readonly deed: Deed | 'restored' | 'undone';
  readonly before?: Content | undefined;
  readonly after?: Content | undefined;
  /** For a move: where it was. */
  readonly from?: string;
}

const SENT: readonly Done['deed'][] = ['uploaded', 'deleted-on-store', 'moved-on-store'];

/** Only what was done to this computer's folder, or only what was sent. */
export type Part = 'here' | 'sent';

export interface TakeBack extends BackPlan {
  /** What is back already, as by an undo that was cut off: told as done, so that it can be undone too. */
  readonly already: ReadonlyMap<string, Done>;
}

/** `here`: what the paths hold now. */
export function takeBack(
  done: ReadonlyMap<string, Done>,
  here: ReadonlyMap<string, Entry>,
  part?: Part,
): TakeBack {
  const left: Left[] = [];
  const steps: BackStep[] = [];
  const already = new Map<string, Done>();
  const sources = new Set([...done.values()].flatMap(({ from }) => from ?? []));
  for (const [path, deed] of [...done].sort(([a], [b]) => byPath(a, b))) {
    const isOther = part !== undefined && isSent(deed) !== (part === 'sent');
    if (isOther || sources.has(path)) {
      continue;
    }
    if (isConflict(deed)) {
      left.push({ path, why: 'conflict' });
    } else if (isBack(path, deed, here)) {
      reversed(path, deed).forEach((back, name) => already.set(name, back));
    } else if (!isSame(deed.after, here.get(path)) || here.has(deed.from ?? '')) {
      left.push({ path, why: 'changed since' });
    } else if (deed.before === undefined && deed.from === undefined && isSent(deed)) {
      left.push({ path, why: 'new here' });
    } else {
      steps.push(stepBack(path, deed));
    }
  }
  return { steps: inOrder(steps), left, already };
}

function isSent({ deed }: Done): boolean {
  return SENT.includes(deed);
}

function isConflict({ deed, before, after }: Done): boolean {
  return deed === 'conflict-copy' || before?.key === NO_CONTENT || after?.key === NO_CONTENT;
}

/** As before, in key: a time or mode alone is set again, which does no harm. */
function isBack(
  path: string,
  { before, after, from }: Done,
  here: ReadonlyMap<string, Entry>,
): boolean {
  return from === undefined
    ? before?.key !== after?.key && isSame(before, here.get(path))
    : !here.has(path) && isSame(after, here.get(from));
}

/** What an undo of it has done. */
function reversed(path: string, { before, after, from }: Done): Map<string, Done> {
  return from === undefined
    ? new Map([[path, { deed: 'undone', before: after, after: before }]])
    : new Map<string, Done>([
        [from, { deed: 'undone', after, from: path }],
        [path, { deed: 'undone', before: after }],
      ]);
}

function stepBack(path: string, { before, after, from }: Done): BackStep {
  if (from !== undefined) {
    return { do: 'move', path: from, from: path };
  }
  if (before === undefined) {
    return { do: 'remove', path };
  }
  if (before.key === after?.key) {
    return { do: 'set metadata', path, wanted: before };
  }
  return before.key === DIRECTORY_KEY
    ? { do: 'make directory', path }
    : { do: 'put', path, wanted: { ...before, was: path } };
}

function isSame(content: Content | undefined, entry: Entry | undefined): boolean {
  return content?.key === (entry && keyOf(entry));
}

const ORDER: Readonly<Record<BackStep['do'], number>> = {
  remove: 0,
  move: 1,
  'make directory': 2,
  put: 3,
  'set metadata': 4,
};

/** What is in a directory goes before it, and comes after it. */
function inOrder(steps: readonly BackStep[]): BackStep[] {
  return [...steps].sort((a, b) => {
    const direction = a.do === 'remove' ? -1 : 1;
    return ORDER[a.do] - ORDER[b.do] || direction * byPath(a.path, b.path);
  });
}
