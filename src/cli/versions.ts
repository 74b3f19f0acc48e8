/**
 * `ownsync versions`: what happened to a path, or to what was in a directory. Reads the store and nothing else, so that it
 * works without the local state, and while a sync is under way.
 */
import { onStores } from '../agent.ts';
import type { PathHistory } from '../core/ports/history.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { onePlace, sayFailure } from './past.ts';
import type { PastArguments } from './past.ts';
import { belowLines, refusalLines, versionLines } from './past-words.ts';
import { nameOfPlace, placeOf } from './place-argument.ts';
import type { Place } from './place-argument.ts';
import type { Program } from './program.ts';

export async function versions(program: Program, args: PastArguments): Promise<ExitCode> {
  const { config, work } = await onePlace(program);
  const place = placeOf(config, args);
  const [outcome] = await onStores({ ...work, folders: [place.folder] }, (folder) =>
    folder.versions({ signal: program.signal, path: place.path }),
  );
  if (outcome?.ok !== true) return sayFailure(program, place.folder, outcome?.error);
  return say(program, { history: outcome.value, place, json: args.json });
}

interface Told {
  readonly history: PathHistory;
  readonly place: Place;
  readonly json: boolean;
}

function say({ terminal }: Program, { history, place, json }: Told): ExitCode {
  const { path } = history;
  const isKnown = history.versions.length > 0 || history.below.length > 0 || path === '';
  const exit = isKnown ? EXIT.inSync : EXIT.usage;
  if (json) {
    terminal.out(JSON.stringify({ type: 'versions', exit, folder: place.folder.name, ...history }));
    return exit;
  }
  const name = nameOfPlace(place);
  if (!isKnown) {
    refusalLines({ why: 'unknown path' }, { name, at: undefined }).forEach(terminal.err);
    return exit;
  }
  if (history.versions.some(({ kind }) => kind !== 'directory')) {
    terminal.out(name);
    versionLines(path, history.versions).forEach((line) => terminal.out(`  ${line}`));
  }
  if (history.below.length > 0) {
    terminal.out(`in ${name}, what is gone or was something else before:`);
    belowLines(history.below).forEach((line) => terminal.out(`  ${line}`));
  }
  if (path === '' && history.below.length === 0)
    terminal.out(`in ${name} nothing was changed or deleted, as far as is known`);
  return exit;
}
