/**
 * Tells every step that this process takes on its own folder's disk, before and after it, and every commit of its state. It
 * patches Node's own functions and the database library, so that nothing in the program knows of it.
 */
import fs from 'node:fs';
import promises from 'node:fs/promises';
import { createRequire, syncBuiltinESMExports } from 'node:module';

const SYNC = [
  ...['chmodSync', 'futimesSync', 'linkSync', 'mkdirSync', 'renameSync', 'rmdirSync'],
  ...['symlinkSync', 'unlinkSync', 'utimesSync', 'writeFileSync'],
];
const ASYNC = ['copyFile', 'link', 'mkdir', 'open', 'rename', 'rm', 'rmdir', 'unlink', 'writeFile'];
const HANDLE = ['write', 'truncate', 'sync'];

/** `tell` gets kind, moment and path. */
export function watchLocal(root, tell) {
  const isInside = (args) =>
    args.find((arg) => typeof arg === 'string' && (arg === root || arg.startsWith(`${root}/`)));
  let isTelling = false;
  const told = (kind, moment, path) => {
    if (isTelling) return;
    isTelling = true;
    tell({ kind, moment, path });
    isTelling = false;
  };
  for (const name of SYNC) {
    const original = fs[name];
    fs[name] = (...args) => {
      const path = isInside(args);
      if (path === undefined) return original(...args);
      const kind = name.replace('Sync', '');
      told(kind, 'before', path);
      const result = original(...args);
      told(kind, 'after', path);
      return result;
    };
  }
  for (const name of ASYNC) {
    const original = promises[name];
    promises[name] = async (...args) => {
      const path = isInside(args);
      if (path === undefined) return await original(...args);
      told(name, 'before', path);
      const result = await original(...args);
      told(name, 'after', path);
      return name === 'open' ? watchedHandle(result, path, told) : result;
    };
  }
  syncBuiltinESMExports();
  watchCommits(told);
}

function watchedHandle(handle, path, told) {
  for (const name of HANDLE) {
    const original = handle[name].bind(handle);
    handle[name] = async (...args) => {
      told(`file ${name}`, 'before', path);
      const result = await original(...args);
      told(`file ${name}`, 'after', path);
      return result;
    };
  }
  return handle;
}

function watchCommits(told) {
  const Database = createRequire(import.meta.url)('libsql');
  const original = Database.prototype.exec;
  Database.prototype.exec = function exec(sql) {
    if (sql !== 'COMMIT') return original.call(this, sql);
    told('state commit', 'before', '');
    const result = original.call(this, sql);
    told('state commit', 'after', '');
    return result;
  };
}
