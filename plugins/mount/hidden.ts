/**
 * SERVER: libfuse, which sshfs is built on, does not remove a file that is open: it calls it `.fuse_hidden…` until it is closed,
 * and the kernel tells it of that some moments after `close` has returned. So what was read and then removed is listed for a
 * moment under that name, and its directory cannot be removed.
 */
import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Nature } from './nature.ts';

const hidden = /^\.fuse_hidden[0-9a-f]+$/;

/** Milliseconds between two looks, and how many there are: what another program keeps open stays, and is told as it is. */
const pause = 20;
const looks: number = 25;

/** The names in a directory, once what was removed is gone. */
export async function namesIn(directory: string, { hidesRemoved }: Nature): Promise<string[]> {
  for (let left = looks; ; left -= 1) {
    const names = await readdir(directory);
    if (!hidesRemoved || left === 1 || !names.some((name) => hidden.test(name))) return names;
    await sleep(pause);
  }
}
