/**
 * For scenarios of trouble: what a person is shown, with the parts cut out that differ from run to run, and disks that can
 * be filled, made read-only and taken away. Everything mounted is unmounted by `endTrouble`.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needs } from '../support/skips.ts';
import type { Skippable } from '../support/skips.ts';
import type { Client, Shown } from './client.ts';

const mounted: string[] = [];
const directories: string[] = [];

/** Directory → whether for the superuser, too. */
const forbidden = new Map<string, boolean>();

/** A fresh directory that a server run as another user may enter; its name has "test" in it. */
export function freshDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'ownsync-test-trouble-'));
  chmodSync(directory, 0o755);
  directories.push(directory);
  return directory;
}

export function needsMount(context: Skippable): void {
  const why = 'mounting needs Linux and the superuser; run the tests as root to include it';
  needs(context, 'mount', process.platform === 'linux' && process.geteuid?.() === 0, why);
}

/** A disk of its own at `place`, made if missing. `size` as mount takes it: `2m`. */
export function mountDisk(place: string, size: string): void {
  mkdirSync(place, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'ownsync-test', place]);
  mounted.push(place);
}

/** What is at `from` shows at `place` too, until it is unmounted: a share that keeps its content. */
export function mountShare(place: string, from: string): void {
  mkdirSync(place, { recursive: true });
  mkdirSync(from, { recursive: true });
  execFileSync('mount', ['--bind', from, place]);
  mounted.push(place);
}

/** Another size, or `ro` and `rw`. */
export function remount(place: string, option: string): void {
  execFileSync('mount', ['-o', `remount,${option}`, place]);
}

export function unmount(place: string): void {
  mounted.splice(mounted.indexOf(place), 1);
  execFileSync('umount', ['-l', place]);
}

/**
 * Nothing can be written into this directory until it is allowed again. Rights do not stop the superuser; for him Linux makes
 * a directory immutable.
 */
export function forbidWriting(directory: string, { superuser }: { superuser: boolean }): void {
  chmodSync(directory, 0o555);
  forbidden.set(directory, superuser);
  if (superuser) execFileSync('chattr', ['+i', directory]);
}

/** ORDER: before what is in them is removed. */
export function allowWriting(): void {
  for (const [directory, superuser] of forbidden) {
    if (superuser) execFileSync('chattr', ['-i', directory]);
    chmodSync(directory, 0o755);
  }
  forbidden.clear();
}

/** For `afterEach`. */
export function endTrouble(): void {
  while (mounted.length > 0) unmount(mounted.at(-1) ?? '');
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
}

/** `ownsync sync` as a person sees it: all its lines, without the folder's name, random names and places shortened. */
export async function seen(client: Client): Promise<{ code: number | null; text: string }> {
  const { code, out, err } = await client.show();
  return { code, text: shortened({ code, out, err }) };
}

function shortened({ out, err }: Shown): string {
  return [out, err]
    .flatMap((text) => text.split('\n'))
    .filter((line) => line !== '')
    .map((line) => line.replace(/^documents: /, '').replace(/\/\S*ownsync-test-[^/ ]*\//g, '…/'))
    .map((line) => line.replace(/[0-9a-f]{12}-\d+-[0-9a-f]{12}/g, '<tx>'))
    .join('\n');
}
