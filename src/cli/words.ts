/**
 * Words for deeds, counts and sizes. Pure.
 */
import type { Deed, Held, SyncReport } from '../core/ports/folder.ts';

export const DEEDS: Readonly<Record<Deed, string>> = {
  uploaded: 'uploaded',
  downloaded: 'downloaded',
  'deleted-here': 'deleted here',
  'deleted-on-store': 'deleted on the store',
  'moved-here': 'moved here',
  'moved-on-store': 'moved on the store',
  'conflict-copy': 'kept beside, as a conflict copy',
  metadata: 'time or mode updated',
  repaired: 'repaired on the store',
  adopted: 'already the same',
};

const HELD: Readonly<Record<Held['action'], string>> = {
  'delete-here': 'would be deleted on this computer',
  'delete-on-store': 'would be deleted on the store',
  'replace-here': 'would be replaced on this computer',
  'replace-on-store': 'would be replaced on the store',
  'come-back': 'came back on the store',
};

export function sayHeld({ action, origin, paths, setBackTo }: Held): string {
  const what = `${count(paths.length, 'path')} ${HELD[action]}`;
  if (action !== 'come-back') return `${what}, by changes of "${origin}"`;
  const to = setBackTo === undefined ? 'an older copy' : `about ${day(setBackTo)}`;
  return `${what}: it seems to have been restored to ${to}`;
}

/** The answers to a question, as a person types them. */
export function answerLines({ id }: Held): string[] {
  return [
    `let it happen with: ownsync accept ${id}`,
    `put it back with: ownsync restore-held ${id}`,
    'or do nothing: it waits, and everything else goes on',
  ];
}

/** `3 May 2026`, as it is here. */
function day(at: number): string {
  return new Date(at).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  });
}

/** `3 uploaded, 1 downloaded`; empty when nothing was done. */
export function sayDone(done: SyncReport['done']): string {
  return (Object.keys(DEEDS) as Deed[])
    .filter((deed) => done[deed] > 0)
    .map((deed) => `${done[deed]} ${DEEDS[deed]}`)
    .join(', ');
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `1.5 MB`, by thousands as disks are sold. */
export function size(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power] ?? 'B'}`;
}

/** `just now`, `5 minutes ago`, `3 days ago`. */
export function ago(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 120) return `${count(minutes, 'minute')} ago`;
  if (minutes < 48 * 60) return `${count(Math.floor(minutes / 60), 'hour')} ago`;
  return `${count(Math.floor(minutes / 1440), 'day')} ago`;
}
