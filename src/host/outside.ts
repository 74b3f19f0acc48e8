/**
 * A place outside of any folder where files are put that a person asked for: as whole, as checked and through as few links as
 * in a folder, and never onto something that exists. What it needs meanwhile lies in a hidden directory there, which goes
 * at the end. A crash leaves that directory, with nothing in it that is not elsewhere too.
 */
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RestoreTarget } from '../core/ports/history.ts';
import { makeDirectoryAt } from './disk-change.ts';
import { placeStaged, placeSymlink } from './disk-place.ts';
import { openDisk } from './disk-root.ts';
import { discardStaged, stageContent } from './disk-stage.ts';
import { onDisk, TEMPORARY_PREFIX } from './disk.ts';

export interface Outside extends RestoreTarget {
  close(): Promise<void>;
}

/** `root` (absolute) is made when it is missing. */
export function openOutside(root: string): Outside {
  mkdirSync(root, { recursive: true });
  const disk = openDisk(root);
  disk.own = join(disk.root, TEMPORARY_PREFIX + disk.unique());
  return {
    stage: (content, signal) => stageContent(disk, { content, signal }),
    discard: (staged) => discardStaged(disk, staged),
    place: (staged, path, expected, metadata) =>
      onDisk(disk, { action: 'write', path }, () =>
        placeStaged(disk, staged, { path, expected, metadata }),
      ),
    placeLink: (path, target, expected) =>
      onDisk(disk, { action: 'make the link', path }, () =>
        placeSymlink(disk, path, { target, expected }),
      ),
    makeDirectory: (path) =>
      onDisk(disk, { action: 'make the directory', path }, () => makeDirectoryAt(disk, path)),
    close: () => rm(disk.own, { recursive: true, force: true }),
  };
}
