/**
 * The past in words: tables of versions, what was brought back, and why something was not. Pure.
 */
import type { Back, BackReport, Left, PastPath, PastVersion } from '../core/ports/history.ts';
import { count, size } from './words.ts';
import { sayBefore, sayWhen } from './when.ts';

const WHAT: Readonly<Record<PastVersion['what'], string>> = {
  first: 'new',
  changed: 'changed',
  'same content': 'time or mode changed',
  deleted: 'deleted',
  'moved here': 'moved here from',
  'moved away': 'moved to',
};

/** A table, the newest first. */
export function versionLines(path: string, versions: readonly PastVersion[]): string[] {
  const rows = [...versions]
    .reverse()
    .map((version) => [
      version.number === undefined ? '-' : String(version.number),
      version.at === undefined ? 'before the records' : sayWhen(version.at),
      version.by,
      version.size === undefined ? (version.kind ?? '') : size(version.size),
      remark(path, version),
    ]);
  return table([['version', 'on the store since', 'by', 'size', 'what'], ...rows]);
}

function remark(path: string, version: PastVersion): string {
  const { what, other, isCurrent, kept } = version;
  const notes = [
    ...(isCurrent ? ['current'] : []),
    ...(version.path === path ? [] : [`as ${version.path}`]),
    ...(kept === 'gone' ? ['its content is not kept on the store any more'] : []),
  ];
  return [WHAT[what], ...(other === undefined ? [] : [other])]
    .join(' ')
    .concat(notes.length === 0 ? '' : ` (${notes.join('; ')})`);
}

export function belowLines(below: readonly PastPath[]): string[] {
  return table([
    ['path', 'versions', 'last', 'by', 'what'],
    ...below.map(({ path, versions, last }) => [
      path,
      String(versions),
      last.at === undefined ? '' : sayWhen(last.at),
      last.by,
      remark(path, { ...last, isCurrent: false }),
    ]),
  ]);
}

/** Columns as wide as they need, the last one open. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(i === row.length - 1 ? 0 : (widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

const DID: Readonly<Record<Back['did'], string>> = {
  'put back': 'put back',
  replaced: 'put back over what was there',
  removed: 'removed',
  'moved back': 'moved back',
  'time or mode set': 'time or mode set',
};

const WHY: Readonly<Record<Left['why'], string>> = {
  'never synced': 'was never synced: sync first, then run this again',
  'changed since': 'was changed since',
  'in the way': 'something else is there',
  'content gone': 'its content is kept neither on the store nor in the trash here any more',
  conflict: 'is part of a conflict: both versions are there, choose yourself',
  'new here': 'came from here and stays',
  failed: 'could not be done',
};

/** `shown`: how a path is shown. */
export function doneLines(
  { done, left }: BackReport,
  { isDryRun, shown }: { readonly isDryRun: boolean; readonly shown: (path: string) => string },
): string[] {
  const stays = left.filter((one) => !isTrouble(one)).length;
  return [
    ...done.map(({ did, path, from }) => {
      const name = from === undefined ? shown(path) : `${shown(from)} -> ${shown(path)}`;
      return `${isDryRun ? 'would be ' : ''}${DID[did]}: ${name}`;
    }),
    ...(stays === 0 ? [] : [`${count(stays, 'path')} that came from here stay as they are`]),
    ...left
      .filter(isTrouble)
      .map(
        ({ path, why, message }) =>
          `left as it is: ${shown(path)}: ${WHY[why]}${message === undefined ? '' : `: ${message}`}`,
      ),
  ];
}

/** What is not new but stays all the same is nobody's trouble. */
export function isTrouble({ why }: Left): boolean {
  return why !== 'new here';
}

export interface Asked {
  /** As the person gave it, for a command that can be copied. */
  readonly name: string;
  readonly at: number | undefined;
}

/** Why nothing was done, and what could be asked instead. */
export function refusalLines(
  refused: NonNullable<BackReport['refused']>,
  { name, at }: Asked,
): string[] {
  switch (refused.why) {
    case 'unknown path':
      return [`nothing is known of ${name}: no computer has synced it, or it is too long ago`];
    case 'not there then': {
      const then = at === undefined ? 'then' : `on ${sayWhen(at)}`;
      return refused.from === undefined
        ? [`${name} was not there ${then}; see: ownsync versions ${name}`]
        : [`${name} was not there ${then}; it came on ${sayWhen(refused.from)}`];
    }
    case 'no such version':
      return [
        `of ${name} ${count(refused.versions, 'version')} ${refused.versions === 1 ? 'is' : 'are'} known; see: ownsync versions ${name}`,
      ];
    case 'nothing older':
      return [
        `nothing older than what is there is known of ${name}; see: ownsync versions ${name}`,
      ];
    case 'time needed': {
      const before = refused.before === undefined ? 'TIME' : `'${sayBefore(refused.before + 1)}'`;
      return [
        `${name} is a directory: say as of when it shall be`,
        `  for example: ownsync restore ${name} --at ${before}`,
        `  what was in it: ownsync versions ${name}`,
      ];
    }
    case 'nothing to undo':
      return [
        `${name}: nothing to undo: no sync on this computer has done anything that it remembers`,
      ];
  }
}
