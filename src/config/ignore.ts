/**
 * Ignore rules with the meaning of .gitignore: those of the configuration first, then those of the folder's own file,
 * which may take some back. Case counts on every platform, so that all clients ignore the same.
 */
import { createRequire } from 'node:module';
import type { Ignore, Options } from 'ignore';
import type { FolderSettings } from '../core/ports/folder.ts';

// The package is CommonJS whose types promise another default than `import` finds.
const ignore = createRequire(import.meta.url)('ignore') as (options: Options) => Ignore;

/** `rules`: lines of the configuration. */
export function ignoreRules(rules: readonly string[]): FolderSettings['ignored'] {
  return (extra) => {
    const lines = [...rules, ...extra.split(/\r?\n/)];
    if (lines.every((line) => line.trim() === '' || line.startsWith('#'))) return () => false;
    const matcher = ignore({ ignorecase: false }).add(lines);
    return (path, isDirectory) => path !== '' && matcher.ignores(isDirectory ? `${path}/` : path);
  };
}
