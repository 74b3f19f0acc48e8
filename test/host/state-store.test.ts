/** SQLite keeps the contract of StateStore; what a damaged, foreign or busy file does is told in words. */
import { expect } from 'chai';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteState, StateError } from '../../src/host/sqlite-state.ts';
import { openDatabase } from '../../src/host/sqlite.ts';
import { describeStateStore } from '../../src/testkit/state-store-suite.ts';
import { temporaryDirectory } from './disk-user.ts';

describeStateStore('SQLite', () => {
  const directory = temporaryDirectory();
  return {
    open: () => openSqliteState(join(directory, 'deep', 'state.db')),
    close: () => rmSync(directory, { recursive: true, force: true }),
  };
});

describe('state in SQLite', () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = temporaryDirectory();
    file = join(directory, 'new', 'state.db');
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  function fails(): StateError {
    try {
      openSqliteState(file).close();
    } catch (error) {
      expect(error).to.be.instanceOf(StateError);
      return error as StateError;
    }
    throw new Error('it opened');
  }

  it('makes its directory for this user alone', () => {
    openSqliteState(file).close();
    expect(statSync(join(directory, 'new')).mode & 0o777).to.equal(0o700);
  });

  it('writes ahead to a log, which is emptied at the end', () => {
    const store = openSqliteState(file);
    store.commit([{ table: 't', key: 'k', value: 'v' }]);
    const other = openDatabase(file);
    expect(JSON.stringify(other.pragma('journal_mode'))).to.include('"wal"');
    other.close();
    expect(statSync(`${file}-wal`).size).to.be.above(0);
    store.close();
    expect(statSync(`${file}-wal`).size).to.equal(0);
  });

  it('may be closed twice', () => {
    const store = openSqliteState(file);
    store.close();
    store.close();
  });

  it('refuses a NUL, which the library would cut the text at, and writes nothing of that commit', () => {
    const store = openSqliteState(file);
    const writes = [
      { table: 't', key: 'a', value: 'good' },
      { table: 't', key: 'b', value: 'bad\0' },
    ];
    expect(() => store.commit(writes)).to.throw(TypeError);
    expect([...store.load()]).to.deep.equal([]);
    store.close();
  });

  it('a commit that fails in the middle leaves nothing of it, and the next one works', () => {
    const store = openSqliteState(file);
    const other = openDatabase(file);
    const refuse = "BEGIN SELECT RAISE(ABORT, 'refused'); END";
    other.exec(`CREATE TRIGGER refusing BEFORE INSERT ON rows WHEN NEW.key = 'bad' ${refuse}`);
    other.close();
    const writes = [
      { table: 't', key: 'a', value: 'good' },
      { table: 't', key: 'bad', value: 'x' },
    ];
    expect(() => store.commit(writes))
      .to.throw(StateError)
      .with.property('kind', 'unknown');
    store.commit([{ table: 't', key: 'b', value: 'next' }]);
    expect([...store.load()]).to.deep.equal([{ table: 't', key: 'b', value: 'next' }]);
    store.close();
  });

  it('a file that is no database: damaged, named, with what to do', () => {
    mkdirSync(join(directory, 'new'));
    writeFileSync(file, 'this is no database '.repeat(500));
    const error = fails();
    expect(error.kind).to.equal('damaged');
    expect(error.message).to.include(file).and.to.include('Move it away');
    expect(readFileSync(file, 'utf8')).to.include('this is no database');
  });

  it('a database with overwritten pages: damaged, when it is opened or read', () => {
    const store = openSqliteState(file);
    const rows = Array.from({ length: 2000 }, (_, index) => `${index}`);
    store.commit(rows.map((key) => ({ table: 't', key, value: 'x'.repeat(100) })));
    store.close();
    const bytes = readFileSync(file);
    bytes.fill(0x5a, 8192, bytes.length - 4096);
    writeFileSync(file, bytes);
    let kind: string | undefined;
    try {
      const damaged = openSqliteState(file);
      try {
        [...damaged.load()];
      } finally {
        damaged.close();
      }
    } catch (error) {
      kind = error instanceof StateError ? error.kind : String(error);
    }
    expect(kind).to.equal('damaged');
  });

  it('a directory in its place: denied', () => {
    mkdirSync(file, { recursive: true });
    expect(fails().kind).to.equal('denied');
  });

  it('a commit that another program holds up fails as busy and leaves nothing half done', function () {
    this.timeout(20_000);
    const store = openSqliteState(file);
    const other = openDatabase(file);
    other.exec('BEGIN IMMEDIATE');
    const commit = (): void => store.commit([{ table: 't', key: 'k', value: 'v' }]);
    expect(commit).to.throw(StateError).with.property('kind', 'busy');
    other.exec('ROLLBACK');
    other.close();
    expect([...store.load()]).to.deep.equal([]);
    commit();
    expect([...store.load()]).to.have.length(1);
    store.close();
  });
});
