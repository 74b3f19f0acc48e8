/**
 * The ignore rules of simulated folders: a file with one path a line, each meaning the path and all below it. Only text in,
 * answers out.
 */
import { contentText } from './ledger.ts';

export const ignoreFile = '.ownsyncignore';

export type Ignores = (path: string) => boolean;

/** One of a kind, as every content is. */
export function ignoreText(content: number, rules: readonly string[]): string {
  return [`# ${contentText(content)}`, ...rules, ''].join('\n');
}

export function parseIgnores(text: string): Ignores {
  const rules = rulesIn(text);
  return (path) => rules.some((rule) => path === rule || path.startsWith(`${rule}/`));
}

/** The paths that are named. */
export function rulesIn(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}
