/**
 * Looking at the project itself: its root, its files, and copies of it with something planted.
 * Copies lie below the system's temp directory; the project's own files are never written.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Paths below `folder` of the project, `/`-separated and relative to the project, sorted. Missing folders are empty. */
export function projectFiles(folder: string, ending: string): readonly string[] {
  const top = join(projectRoot, folder);
  if (!existsSync(top)) return [];
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(projectRoot, join(entry.parentPath, entry.name)))
    .map((path) => path.split(sep).join('/'))
    .sort();
}

export function projectText(path: string): string {
  return readFileSync(join(projectRoot, path), 'utf8');
}

/** A copy of the tools' configuration and of `folders`, with `planted` files (path: text) added. Remove it after use. */
export function plantedCopy(
  folders: readonly string[],
  planted: Readonly<Record<string, string>>,
): { readonly root: string; readonly remove: () => void } {
  const root = mkdtempSync(join(tmpdir(), 'ownsync-test-'));
  const configuration = ['package.json', 'tsconfig.json', 'eslint.config.js'];
  for (const path of [...configuration, '.dependency-cruiser.cjs', ...folders]) {
    cpSync(join(projectRoot, path), join(root, path), { recursive: true });
  }
  symlinkSync(join(projectRoot, 'node_modules'), join(root, 'node_modules'), 'dir');
  for (const [path, text] of Object.entries(planted)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return {
    root,
    remove: () => {
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Runs a JavaScript file of an installed package and returns what it printed; its exit code is the caller's to ignore. */
export function runTool(root: string, tool: string, args: readonly string[]): string {
  const script = join(projectRoot, 'node_modules', tool);
  // Measuring what a tool covers of itself takes longer than its work.
  const { NODE_V8_COVERAGE: _, ...env } = process.env;
  const { stdout, stderr, error } = spawnSync(process.execPath, [script, ...args], {
    cwd: root,
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (error !== undefined) throw error;
  if (stdout === '') throw new Error(`${tool} printed nothing: ${stderr}`);
  return stdout;
}
