/**
 * `ownsync restore`: brings back a file, a directory, or the folder as it was, to its place or to another one. Nothing is
 * changed on the store; the next sync spreads it.
 */
import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { onFolders, onStores } from '../agent.ts';
import type { Config } from '../config/config.ts';
import type { BackReport, RestoreOptions } from '../core/ports/history.ts';
import type { ExitCode } from './exit-codes.ts';
import { onePlace, sayFailure, tellBack } from './past.ts';
import type { PastArguments } from './past.ts';
import { nameOfPlace, placeOf, placeWithin, quoted } from './place-argument.ts';
import type { Place } from './place-argument.ts';
import type { Program } from './program.ts';
import { UsageError } from './usage-error.ts';
import { parseWhen, sayWhen, WHEN_HELP } from './when.ts';

export interface RestoreArguments extends PastArguments {
  readonly all: boolean;
  readonly at: string | undefined;
  readonly version: number | undefined;
  readonly to: string | undefined;
  readonly dryRun: boolean;
}

export async function restore(program: Program, args: RestoreArguments): Promise<ExitCode> {
  checkArguments(args);
  const { config, work } = await onePlace(program);
  const place = placeOf(config, args);
  if (place.path === '' && !args.all)
    throw new UsageError('that is the whole folder: say --all --at TIME if it is meant');
  const at = args.at === undefined ? undefined : readTime(args.at, work.parts.clock.now());
  const options: RestoreOptions = {
    signal: program.signal,
    path: place.path,
    dryRun: args.dryRun,
    ...(at === undefined ? {} : { at }),
    ...(args.version === undefined ? {} : { version: args.version }),
  };
  const goal = goalOf(config, place, args);
  const where = { ...work, folders: [place.folder], dryRun: true };
  const [outcome] =
    goal !== undefined && 'root' in goal
      ? await onStores(where, async (folder) => {
          const { openOutside } = await import('../host/outside.ts');
          const target = openOutside(goal.root);
          try {
            return await folder.restore({ ...options, to: { path: goal.path, target } });
          } finally {
            await target.close();
          }
        })
      : await onFolders(where, (folder) =>
          folder.restore({ ...options, ...(goal === undefined ? {} : { to: goal }) }),
        );
  if (outcome?.ok !== true) return sayFailure(program, place.folder, outcome?.error);
  const name = nameOfPlace(place);
  return tellBack(program, {
    type: 'restore',
    report: outcome.value,
    place,
    asked: { name: quoted(name), at },
    json: args.json,
    isDryRun: args.dryRun,
    title: titleOf(name, outcome.value, at),
    nothing: `${name} is like that already`,
    outside: goal !== undefined && 'root' in goal ? goal.root : undefined,
  });
}

function checkArguments({ all, at, version, path, folder }: RestoreArguments): void {
  const name = path ?? folder;
  if (!all && path === undefined)
    throw new UsageError('say which file or directory, or --all --at TIME for the whole folder');
  if (all && path !== undefined)
    throw new UsageError(`--all is the whole folder: leave out ${name ?? 'the path'}, or --all`);
  if (all && at === undefined)
    throw new UsageError(`--all needs a time, for example --at "2 hours ago"`);
  if (at !== undefined && version !== undefined)
    throw new UsageError('--at and --version each say which version: give one of them');
}

function readTime(text: string, now: number): number {
  const at = parseWhen(text, now);
  if (at === undefined) throw new UsageError(`--at expects a time such as ${WHEN_HELP}`);
  return at;
}

type Goal = { readonly path: string } | { readonly root: string; readonly path: string };

/** As `cp` has it: into a directory that is there, else under that name. Undefined: its own place. */
function goalOf(
  config: Config,
  { folder, path }: Place,
  { to, cwd }: RestoreArguments,
): Goal | undefined {
  if (to === undefined) return undefined;
  const goal = placeWithin(config, folder, { path: to, cwd });
  const last = basename(path);
  if ('inside' in goal) {
    const isThere = isDirectory(join(folder.local, goal.inside));
    return { path: isThere && last !== '' ? `${goal.inside}/${last}` : goal.inside };
  }
  return isDirectory(goal.outside)
    ? { root: goal.outside, path: last }
    : { root: dirname(goal.outside), path: basename(goal.outside) };
}

function isDirectory(place: string): boolean {
  return statSync(place, { throwIfNoEntry: false })?.isDirectory() === true;
}

function titleOf(name: string, { version }: BackReport, at: number | undefined): string {
  if (version === undefined) return `${name}, as on ${sayWhen(at ?? 0)}:`;
  const when = version.at === undefined ? '' : ` of ${sayWhen(version.at)}`;
  return `${name}, version ${String(version.number ?? '')}${when}, by ${version.by}:`;
}
