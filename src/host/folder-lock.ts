/**
 * One agent per local folder: an operating-system lock that dies with its process, kept in the folder itself so that two
 * agents with two state directories exclude each other. It must never be decided by age, process number or file content.
 */
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { localError } from './disk-errors.ts';
import { OWN_DIRECTORY } from './disk.ts';
import { openDatabase, sqliteCode } from './sqlite.ts';
import type { Database } from './sqlite.ts';
import { LocalError } from '../core/ports/local-tree.ts';

export interface FolderLock {
  /** May be called twice. The lock file stays and blocks nobody. */
  release(): void;
}

/**
 * Takes the folder for this process. `taken`: another agent (or this process already) works on it.
 * Fails with LocalError: `missing-root` when there is no directory, `denied` or `no-space` when the lock cannot be made.
 */
export function acquireFolderLock(root: string): FolderLock | 'taken' {
  try {
    if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) {
      throw new LocalError(`There is no folder ${root}.`, { kind: 'missing-root' });
    }
    const own = join(root, OWN_DIRECTORY);
    mkdirSync(own, { recursive: true, mode: 0o700 });
    return lock(join(own, 'lock'));
  } catch (error) {
    throw localError(error, 'lock the folder', root);
  }
}

/**
 * SQLite's exclusive transaction is an fcntl lock on Unix and a LockFileEx lock on Windows. Nothing is ever written in it.
 * RACE: on Unix, any other code of this process that opens and closes the lock file would drop the lock; nothing does.
 */
function lock(file: string): FolderLock | 'taken' {
  const database = open(file);
  try {
    database.exec('PRAGMA busy_timeout = 0');
    // No journal file is left beside the lock by a killed process.
    database.pragma('journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (sqliteCode(error).startsWith('SQLITE_BUSY')) return 'taken';
    throw unlockable(file, error);
  }
  let held = true;
  return {
    release() {
      if (!held) return;
      held = false;
      database.exec('ROLLBACK');
      database.close();
    },
  };
}

function open(file: string): Database {
  try {
    return openDatabase(file);
  } catch (error) {
    throw unlockable(file, error);
  }
}

function unlockable(file: string, cause: unknown): LocalError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  const kind = /READONLY|PERM|CANTOPEN|: 14/u.test(`${sqliteCode(cause)} ${detail}`)
    ? 'denied'
    : 'unknown';
  return new LocalError(
    `Cannot lock the folder with ${file} (${detail}). Without the lock nothing is synced: check the permissions there.`,
    { kind, cause },
  );
}
