/** What a store tells of one path, or of all that was below a directory, in the words of the port. */
import { contentsOf } from '../decide/go-back.ts';
import type { AsItWas, Happening } from '../decide/as-it-was.ts';
import { keyOf } from '../model/entry.ts';
import { byPath, isBelow } from '../model/path.ts';
import type { Dot } from '../model/version.ts';
import type { PastPath, PastVersion, PathHistory } from '../ports/history.ts';
import type { Context } from './context.ts';
import { Contents } from './history-contents.ts';
import { readHistory } from './history-read.ts';
import { OWN } from './layout.ts';

export async function versionsOf(ctx: Context, path: string): Promise<PathHistory> {
  const history = await readHistory(ctx);
  const contents = new Contents(ctx, history);
  const story = history.past.happenings(path);
  const versions: PastVersion[] = [];
  for (const [i, { told }] of tellStory(story).entries()) {
    versions.push({ ...told, ...(await placeOf(contents, story[i])) });
  }
  return { path, versions, below: below(history.past, path) };
}

interface Told {
  readonly dot: Dot | undefined;
  readonly told: PastVersion;
}

/** Each happening in words, with the number of what can be had again. */
export function tellStory(story: readonly Happening[]): Told[] {
  const contents = contentsOf(story);
  return story.map((happening, i) => {
    const number = contents.indexOf(happening) + 1;
    const told = tell(happening, story[i - 1]);
    return {
      dot: happening.version?.dot,
      told: number === 0 ? told : { ...told, number },
    };
  });
}

function tell(happening: Happening, previous: Happening | undefined): PastVersion {
  const { path, change, version, isCurrent, movedTo } = happening;
  const other = movedTo ?? change?.from?.path;
  return {
    path,
    ...(change === undefined ? {} : { at: change.at }),
    by: change?.by ?? version?.by ?? '',
    what: whatOf(happening, previous),
    ...(other === undefined ? {} : { other }),
    ...factsOf(version),
    isCurrent,
  };
}

function whatOf(
  { change, version, movedTo }: Happening,
  previous: Happening | undefined,
): PastVersion['what'] {
  if (version === undefined) {
    return movedTo === undefined ? 'deleted' : 'moved away';
  }
  if (change?.from !== undefined) {
    return 'moved here';
  }
  if (previous?.version === undefined) {
    return 'first';
  }
  const isSame = keyOf(previous.version.entry) === keyOf(version.entry);
  return isSame ? 'same content' : 'changed';
}

function factsOf(version: Happening['version']): Partial<PastVersion> {
  const entry = version?.entry;
  switch (entry?.kind) {
    case undefined:
      return {};
    case 'directory':
      return { kind: 'directory' };
    case 'link':
      return { kind: 'link', mtime: entry.mtime };
    case 'file': {
      const { kind, digest, size, mtime, executable } = entry;
      return { kind, digest, size, mtime, executable };
    }
  }
}

/** A link is nothing but its record. */
async function placeOf(
  contents: Contents,
  happening: Happening | undefined,
): Promise<Pick<PastVersion, 'kept' | 'place'>> {
  const entry = happening?.version?.entry;
  if (happening === undefined || entry?.kind !== 'file') {
    return {};
  }
  const { digest, size } = entry;
  const { path, endedBy } = happening;
  const place = await contents.find({ digest, size, path, endedBy });
  return place === undefined
    ? { kept: 'gone' }
    : { kept: place.startsWith(`${OWN}/`) ? 'history' : 'current', place };
}

/** Paths with something to have again: those that are gone, and those that were something else. */
function below(past: AsItWas, directory: string): PastPath[] {
  return [...past.paths()]
    .filter((path) => isBelow(path, directory))
    .sort(byPath)
    .flatMap((path) => {
      const story = tellStory(past.happenings(path));
      const last = story.at(-1)?.told;
      const versions = story.filter(({ told }) => told.number !== undefined).length;
      const exists = past.now(path) !== undefined;
      const isPlain = exists && versions < 2;
      return last === undefined || isPlain ? [] : [{ path, exists, versions, last }];
    });
}
