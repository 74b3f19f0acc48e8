/**
 * A client's memory in one SQLite file: rows of text, committed all or nothing and durable once `commit` returns.
 * It must never repair or replace a damaged file by itself: what is lost there is for a person to know.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { StateRow, StateStore, StateWrite } from '../core/ports/state-store.ts';
import { openDatabase, sqliteCode } from './sqlite.ts';
import type { Database } from './sqlite.ts';

export type StateErrorKind = 'damaged' | 'busy' | 'no-space' | 'denied' | 'unknown';

/** Trouble with the state file; the message names the file and says what to do. */
export class StateError extends Error {
  readonly kind: StateErrorKind;
  readonly file: string;

  constructor(message: string, facts: { kind: StateErrorKind; file: string; cause: unknown }) {
    super(message, { cause: facts.cause });
    this.name = 'StateError';
    this.kind = facts.kind;
    this.file = facts.file;
  }
}

/** Opens or makes the state file. Fails with {@link StateError}. */
export function openSqliteState(file: string): StateStore {
  const database = guarded(file, () => open(file));
  const statements = guarded(file, () => ({
    load: database.prepare('SELECT tbl, key, value FROM rows'),
    write: database.prepare(
      'INSERT INTO rows (tbl, key, value) VALUES (?, ?, ?) ON CONFLICT (tbl, key) DO UPDATE SET value = excluded.value',
    ),
    remove: database.prepare('DELETE FROM rows WHERE tbl = ? AND key = ?'),
  }));
  let closed = false;

  function apply(write: StateWrite): void {
    if (write.value === null) statements.remove.run(write.table, write.key);
    else statements.write.run(write.table, write.key, write.value);
  }

  return {
    load: () => guarded(file, () => [...readRows(statements.load.iterate())]),
    commit(writes) {
      writes.forEach(refuseNul);
      if (writes.length === 0) return;
      guarded(file, () => {
        database.exec('BEGIN IMMEDIATE');
        try {
          writes.forEach(apply);
          database.exec('COMMIT');
        } catch (error) {
          rollback(database);
          throw error;
        }
      });
    },
    close() {
      if (closed) return;
      closed = true;
      checkpoint(database);
      database.close();
    },
  };
}

function open(file: string): Database {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const database = openDatabase(file);
  try {
    database.exec('PRAGMA busy_timeout = 5000');
    // Where the disk cannot do WAL, SQLite keeps its rollback journal, which is as safe and only slower.
    database.pragma('journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL');
    database.exec(
      'CREATE TABLE IF NOT EXISTS rows (tbl TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, ' +
        'PRIMARY KEY (tbl, key)) WITHOUT ROWID',
    );
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function* readRows(rows: Iterable<unknown>): Iterable<StateRow> {
  for (const row of rows as Iterable<{ tbl: string; key: string; value: string }>) {
    yield { table: row.tbl, key: row.key, value: row.value };
  }
}

/** The library cuts text at a NUL without a word; no path and no JSON text holds one. */
function refuseNul(write: StateWrite): void {
  for (const text of [write.table, write.key, write.value ?? '']) {
    if (text.includes('\0')) throw new TypeError('state rows cannot hold a NUL character');
  }
}

/** The library keeps the file open until its statements are collected, so SQLite's own checkpoint at the end never comes. */
function checkpoint(database: Database): void {
  try {
    database.pragma('wal_checkpoint(TRUNCATE)');
  } catch {
    // Another program reads, or the disk is full: the log beside the file holds everything all the same.
  }
}

function rollback(database: Database): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // SQLite has rolled back by itself after some failures; the first error is the one that matters.
  }
}

function guarded<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof StateError ? error : stateError(file, error);
  }
}

function stateError(file: string, cause: unknown): StateError {
  const kind = kindOf(cause);
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new StateError(`The state file ${file} ${advice[kind]} (${detail})`, {
    kind,
    file,
    cause,
  });
}

const advice: Record<StateErrorKind, string> = {
  damaged:
    'is damaged. Move it away together with the -wal and -shm files beside it and start again: ownsync then joins its folders ' +
    'as a new client and compares them anew. Your files are not touched.',
  busy: 'is in use by another ownsync for too long. End the other one, or wait, and start again.',
  'no-space':
    'cannot be written: the disk is full. Free some space and start again; nothing is lost.',
  denied: 'cannot be opened or written. Check who owns it and its directory, and the permissions.',
  unknown: 'cannot be used.',
};

function kindOf(cause: unknown): StateErrorKind {
  const code = sqliteCode(cause);
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return 'damaged';
  // A file of ours always has this table: another kind of database is in its place.
  if (code === 'SQLITE_ERROR' && /no such (table|column)/u.test(String(cause))) return 'damaged';
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return 'busy';
  if (/^SQLITE_FULL/.test(code) || code === 'ENOSPC' || code === 'EDQUOT') return 'no-space';
  if (/^SQLITE_(READONLY|PERM|CANTOPEN)/.test(code)) return 'denied';
  if (['EACCES', 'EPERM', 'EROFS'].includes(code)) return 'denied';
  // The library reports a file that cannot be opened without a code: SQLite's 14 is CANTOPEN.
  return cause instanceof Error && /Unable to open .*: 14/.test(cause.message)
    ? 'denied'
    : 'unknown';
}
