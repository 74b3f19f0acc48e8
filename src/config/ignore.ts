/**
 * Ignore rules with the meaning of .gitignore: those of the configuration first, then those of the folder's own file,
 * which may take some back. Case counts on every platform, so that all clients ignore the same.
 */
import { createRequire } from 'node:module';
import type { Ignore, Options } from 'ignore';
import type { FolderSettings } from '../core/ports/folder.ts';

// The package is CommonJS whose types promise another default than `import` finds.
const ignore = createRequire(import.meta.url)('ignore') as (options: Options) => Ignore;

/** Nobody writes longer ones, and the engine of regular expressions refuses much longer ones. */
const LONGEST = 1000;
/** More wildcards could keep a computer busy for hours over one path. */
const WILDCARDS = 6;
const WILDCARDS_PER_NAME = 4;

/** `rules`: lines of the configuration. Those that are not usable are left out. */
export function ignoreRules(rules: readonly string[]): FolderSettings['ignored'] {
  return (extra) => {
    const lines = [...rules, ...linesOf(extra)].filter(isUsable);
    if (lines.every(isEmpty)) return () => false;
    const matcher = ignore({ ignorecase: false }).add(lines);
    return (path, isDirectory) => path !== '' && matcher.ignores(isDirectory ? `${path}/` : path);
  };
}

/** Lines of a `.ownsyncignore` that cannot be followed. */
export function unusableRules(text: string): string[] {
  return linesOf(text).filter((line) => !isUsable(line));
}

/** False: too long, too many wildcards, or no rule at all. */
export function isUsable(rule: string): boolean {
  if (isEmpty(rule)) return true;
  const wildcards = (text: string): number => text.match(/\*+/g)?.length ?? 0;
  const isSmall = rule.length <= LONGEST && wildcards(rule) <= WILDCARDS;
  if (!isSmall || rule.split('/').some((name) => wildcards(name) > WILDCARDS_PER_NAME))
    return false;
  try {
    ignore({ ignorecase: false }).add([rule]).ignores('x');
    return true;
  } catch {
    return false;
  }
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/);
}

function isEmpty(line: string): boolean {
  return line.trim() === '' || line.startsWith('#');
}
