/**
 * Shared by the tests of the mount plugin: temporary directories, opening, and small file systems of their own where
 * this user may mount them.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import mount from '../../../plugins/mount/index.ts';
import type { Source, Transport, TransportErrorKind } from '../../../src/plugin-api.ts';
import { TransportError } from '../../../src/plugin-api.ts';
import { needs, type Skippable } from '../../support/skips.ts';

const run = promisify(execFile);

export const signal = new AbortController().signal;

export async function temporary(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'ownsync-mount-test-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

export function openMount(
  path: string,
  requireMount?: boolean,
  base = tmpdir(),
): Promise<Transport> {
  return openWith({ path, ...(requireMount === undefined ? {} : { requireMount }) }, base);
}

export function openWith(
  options: Readonly<Record<string, unknown>>,
  base = tmpdir(),
  during = signal,
): Promise<Transport> {
  return mount.open(mount.options.parse(options), {
    ...{ signal: during, baseDirectory: base, log: () => undefined },
  });
}

export async function refusedWith(
  attempt: Promise<unknown>,
  kind: TransportErrorKind,
): Promise<TransportError> {
  const error: unknown = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof TransportError)) expect.fail(`not refused as ${kind}: ${String(error)}`);
  expect(error.kind, error.message).to.equal(kind);
  return error;
}

export function text(content: string): Source {
  const bytes = new TextEncoder().encode(content);
  return {
    size: bytes.length,
    async *open(from) {
      await Promise.resolve();
      yield bytes.subarray(from);
    },
  };
}

/** Whether this user may mount at all; the test is skipped, or fails in CI, where not. */
export async function needsMounting(context: Skippable): Promise<void> {
  const place = await temporary();
  const able = await mountTmpfs(place.path, 'size=64k').then(
    () => true,
    () => false,
  );
  if (able) await unmount(place.path);
  await place.remove();
  needs(context, 'mount', able, 'only root on Linux may mount a tmpfs');
}

export async function mountTmpfs(path: string, options: string): Promise<void> {
  await run('mount', ['-t', 'tmpfs', '-o', options, 'ownsync-test', path]);
}

export async function remountReadOnly(path: string): Promise<void> {
  await run('mount', ['-o', 'remount,ro', path]);
}

/** Lazily, as when a share goes away under its users. */
export async function unmount(path: string): Promise<void> {
  await run('umount', ['-l', path]);
}
