/**
 * The one door to libsql. The native library is loaded at the first use, so that commands without state start without it.
 * Must never be imported for its side effects: it has none.
 */
import { createRequire } from 'node:module';
import type Libsql from 'libsql';

export type Database = Libsql.Database;

/** Opens a database file; its directory exists. Throws what libsql throws. */
export function openDatabase(file: string): Database {
  const require = createRequire(import.meta.url);
  const Constructor = require('libsql') as typeof Libsql;
  return new Constructor(file);
}

/** The SQLite result name of an error (`SQLITE_BUSY`), or '' when it is something else. */
export function sqliteCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}
