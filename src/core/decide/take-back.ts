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

/** `here`: what the paths hold now. */
export function takeBack(
  done: ReadonlyMap<string, Done>,
  here: ReadonlyMap<string, Entry>,
  part?: Part,
): BackPlan {
  const left: Left[] = [];
  const steps: BackStep[] = [];
  const sources = new Set([...done.values()].flatMap(({ from }) => from ?? []));
  for (const [path, deed] of [...done].sort(([a], [b]) => byPath(a, b))) {
    const isSent = SENT.includes(deed.deed);
    if ((part !== undefined && isSent !== (part === 'sent')) || sources.has(path)) {
      continue;
    }
    const back = takeOne(path, { ...deed, isSent }, here);
    if (back !== undefined) {
      ('why' in back ? left : (steps as unknown[])).push(back);
    }
  }
  return { steps: inOrder(steps), left };
}

function takeOne(
  path: string,
  { deed, before, after, from, isSent }: Done & { readonly isSent: boolean },
  here: ReadonlyMap<string, Entry>,
): BackStep | Left | undefined {
  const there = here.get(path);
  if (deed === 'conflict-copy' || before?.key === NO_CONTENT || after?.key === NO_CONTENT) {
    return { path, why: 'conflict' };
  }
  if (!isSame(after, there)) {
    return isSame(before, there) ? undefined : { path, why: 'changed since' };
  }
  if (from !== undefined) {
    return here.has(from) ? { path, why: 'changed since' } : { do: 'move', path: from, from: path };
  }
  if (before === undefined) {
    return isSent ? { path, why: 'new here' } : { do: 'remove', path };
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
