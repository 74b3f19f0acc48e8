/**
 * Where things are on each platform, and what `~` and relative paths in the configuration mean. Computes paths only;
 * looks at the disk only to resolve links.
 */
import { realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, posix, relative, resolve, win32 } from 'node:path';

/** What the platform says about itself; handed in so that every platform can be tested on one. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The configuration file used when neither `--config` nor `$OWNSYNC_CONFIG` names one. */
export function defaultConfigFile(around: Surroundings): string {
  const at = around.platform === 'win32' ? win32 : posix;
  const base = {
    win32: around.env['APPDATA'] ?? at.join(around.home, 'AppData', 'Roaming'),
    darwin: at.join(around.home, 'Library', 'Application Support'),
    other: xdg(around, 'XDG_CONFIG_HOME') ?? at.join(around.home, '.config'),
  }[family(around)];
  return at.join(base, 'ownsync', 'config.yaml');
}

/** The local state's directory when the configuration names none. */
export function defaultState(around: Surroundings): string {
  const at = around.platform === 'win32' ? win32 : posix;
  const base = {
    win32: around.env['LOCALAPPDATA'] ?? at.join(around.home, 'AppData', 'Local'),
    darwin: at.join(around.home, 'Library', 'Application Support'),
    other: xdg(around, 'XDG_STATE_HOME') ?? at.join(around.home, '.local', 'state'),
  }[family(around)];
  return at.join(base, 'ownsync');
}

function family({ platform }: Surroundings): 'win32' | 'darwin' | 'other' {
  return platform === 'win32' || platform === 'darwin' ? platform : 'other';
}

/** The XDG rules: a relative path there is to be taken as unset. */
function xdg({ env }: Surroundings, name: string): string | undefined {
  const value = env[name];
  return value !== undefined && posix.isAbsolute(value) ? value : undefined;
}

/** Absolute path of what a configuration in `directory` calls `path`. */
export function absolutePath(path: string, directory: string, home: string): string {
  if (path === '~') return home;
  if (path.startsWith('~/') || path.startsWith('~\\')) return join(home, path.slice(2));
  return resolve(directory, path);
}

/** The path with its links resolved as far as it exists. */
export function realPlace(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPlace(parent), basename(path));
  }
}

/** Whether `inner` is `outer` or lies in it. Both absolute and resolved. */
export function isWithin(inner: string, outer: string): boolean {
  const way = relative(outer, inner);
  return way === '' || (!isAbsolute(way) && way !== '..' && !/^\.\.[/\\]/.test(way));
}
