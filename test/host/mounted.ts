/**
 * A small tmpfs for tests of full and of other disks. Only the superuser of a Linux computer may mount; elsewhere the test says so.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { needs } from '../support/skips.ts';
import type { Skippable } from '../support/skips.ts';

const mounted: string[] = [];

/** Mounts at `place`, made if missing. `size` as mount takes it (`64k`). */
export function mountSmall(context: Skippable, place: string, size: string): void {
  mount(context, place, ['-t', 'tmpfs', '-o', `size=${size}`, 'ownsync-test']);
}

/** The same file system as at `from`, to which the kernel nevertheless refuses links and renames. */
export function mountBind(context: Skippable, place: string, from: string): void {
  mount(context, place, ['--bind', from]);
}

function mount(context: Skippable, place: string, args: readonly string[]): void {
  const why = 'mounting needs Linux and the superuser; run the tests as root to include it';
  needs(context, 'mount', process.platform === 'linux' && process.geteuid?.() === 0, why);
  mkdirSync(place, { recursive: true });
  execFileSync('mount', [...args, place]);
  mounted.push(place);
}

/** For an `afterEach`, before the directory is removed. */
export function unmountAll(): void {
  for (let place = mounted.pop(); place !== undefined; place = mounted.pop()) {
    execFileSync('umount', ['-l', place]);
  }
}
