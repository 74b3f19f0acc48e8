/**
 * What a person means by a path: something in one of the configured folders, named as on this computer's disk or as
 * `folder:path`. Looks at the disk only to resolve links.
 */
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Config, FolderConfig } from '../config/config.ts';
import { isWithin, realPlace } from '../config/places.ts';
import { pathProblem } from '../core/model/path.ts';
import { chooseFolders } from './program.ts';
import { UsageError } from './usage-error.ts';

export interface PlaceArgument {
  readonly path: string | undefined;
  /** From `--folder`: then the path counts from that folder's root. */
  readonly folder: string | undefined;
  /** Absolute; relative paths count from here. */
  readonly cwd: string;
}

export interface Place {
  readonly folder: FolderConfig;
  /** Inside the folder, `/`-separated; `''`: the whole of it. */
  readonly path: string;
}

/** Fails with {@link UsageError}. */
export function placeOf(config: Config, { path, folder, cwd }: PlaceArgument): Place {
  if (folder !== undefined) {
    const [chosen] = chooseFolders(config, [folder]);
    if (chosen !== undefined) return inFolder(chosen, path ?? '');
  }
  if (path === undefined) return onlyFolder(config);
  const named = byName(config, path);
  if (named !== undefined) return named;
  const place = realEntry(resolve(cwd, path));
  const holder = config.folders.find(({ local }) => isWithin(place, realPlace(local)));
  if (holder !== undefined) return inFolder(holder, relative(realPlace(holder.local), place));
  const names = config.folders.map(({ name, local }) => `${name} (${local})`).join(', ');
  const example = config.folders[0]?.name ?? 'folder';
  throw new UsageError(
    `${place} lies in none of the folders: ${names || 'none is configured'}. ` +
      `A path in a folder can also be given as ${quoted(`${example}:${isAbsolute(path) ? basename(path) : path}`)}`,
  );
}

/** Inside the folder if it is there, else outside of it; for a place that need not exist. */
export function placeWithin(
  config: Config,
  folder: FolderConfig,
  { path, cwd }: { readonly path: string; readonly cwd: string },
): { readonly inside: string } | { readonly outside: string } {
  const named = byName(config, path);
  const place = named
    ? join(named.folder.local, ...named.path.split('/'))
    : realEntry(resolve(cwd, path));
  const root = realPlace(folder.local);
  return isWithin(realEntry(place), root) && realEntry(place) !== root
    ? { inside: inFolder(folder, relative(root, realEntry(place))).path }
    : { outside: place };
}

/** As a person can give it to a command. */
export function nameOfPlace({ folder, path }: Place): string {
  return path === '' ? folder.name : `${folder.name}:${path}`;
}

export function quoted(text: string): string {
  return /^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function onlyFolder({ folders }: Config): Place {
  const [only] = folders;
  if (folders.length === 1 && only !== undefined) return { folder: only, path: '' };
  const names = folders.map(({ name }) => name).join(', ');
  throw new UsageError(`say which folder with --folder: ${names || 'none is configured'}`);
}

function byName(config: Config, text: string): Place | undefined {
  const folder = config.folders.find(({ name }) => text.startsWith(`${name}:`));
  return folder && inFolder(folder, text.slice(folder.name.length + 1));
}

function inFolder(folder: FolderConfig, path: string): Place {
  const inside = isAbsolute(path) ? relative(realPlace(folder.local), realEntry(path)) : path;
  const parts = inside.split(sep).flatMap((part) => part.split('/'));
  const plain = parts.filter((part) => part !== '' && part !== '.').join('/');
  const why = plain === '' ? undefined : pathProblem(plain);
  if (why !== undefined)
    throw new UsageError(`"${path}" is no path in folder "${folder.name}": it ${why}`);
  return { folder, path: plain };
}

/** With the links above it resolved, but not itself: it may be a link that is meant. */
function realEntry(path: string): string {
  return join(realPlace(dirname(path)), basename(path));
}
