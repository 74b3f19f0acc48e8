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
  const rules = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return (path) => rules.some((rule) => path === rule || path.startsWith(`${rule}/`));
}
