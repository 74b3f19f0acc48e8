/**
 * The contract of {@link StateStore} as mocha tests, run for SQLite and for the memory store alike.
 * It must use nothing but the port, so that both are held to the same promises.
 */
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { StateRow, StateStore } from '../core/ports/state-store.ts';

export interface StateStoreBench {
  /** Opens the same store again; the one before has been closed. */
  open(): StateStore;
  close?(): void;
}

export function describeStateStore(name: string, setup: () => StateStoreBench): void {
  describe(`state store: ${name}`, () => {
    let bench: StateStoreBench;
    let store: StateStore;

    beforeEach(() => {
      bench = setup();
      store = bench.open();
    });
    afterEach(() => {
      store.close();
      bench.close?.();
    });

    function put(table: string, key: string, value: string | null): void {
      store.commit([{ table, key, value }]);
    }

    it('is empty at first', () => {
      expect(rows(store)).to.deep.equal([]);
    });

    it('keeps rows of several tables apart', () => {
      put('ancestors', 'a', 'one');
      put('sightings', 'a', 'two');
      expect(rows(store)).to.deep.equal(['ancestors a one', 'sightings a two']);
    });

    it('replaces a value and removes a row', () => {
      put('t', 'kept', 'old');
      put('t', 'gone', 'x');
      store.commit([
        { table: 't', key: 'kept', value: 'new' },
        { table: 't', key: 'gone', value: null },
        { table: 't', key: 'never there', value: null },
      ]);
      expect(rows(store)).to.deep.equal(['t kept new']);
    });

    it('applies the writes of one commit in order', () => {
      store.commit([
        { table: 't', key: 'a', value: '1' },
        { table: 't', key: 'a', value: null },
        { table: 't', key: 'b', value: null },
        { table: 't', key: 'b', value: '2' },
      ]);
      expect(rows(store)).to.deep.equal(['t b 2']);
    });

    it('takes an empty commit and an empty value', () => {
      store.commit([]);
      put('t', 'a', '');
      expect([...store.load()]).to.deep.equal([{ table: 't', key: 'a', value: '' }]);
    });

    it('gives text back as it was: unicode forms, line ends, length', () => {
      const texts = ['é', 'e\u0301', '🙂', 'it\'s "quoted" %s ?', 'a\r\nb\tc', 'x'.repeat(200_000)];
      store.commit(
        texts.map((text, index) => ({ table: 't', key: `${index} ${text}`, value: text })),
      );
      const found = new Map([...store.load()].map(({ key, value }) => [key, value]));
      expect(found.size).to.equal(texts.length);
      texts.forEach((text, index) => expect(found.get(`${index} ${text}`)).to.equal(text));
    });

    it('keeps keys apart that differ only in case or unicode form', () => {
      ['a', 'A', 'é', 'e\u0301', 'a '].forEach((key) => put('t', key, key));
      expect(rows(store)).to.have.length(5);
    });

    it('holds everything committed when it is opened again', () => {
      put('t', 'a', '1');
      put('t', 'b', '2');
      put('t', 'b', null);
      store.close();
      store = bench.open();
      expect(rows(store)).to.deep.equal(['t a 1']);
    });

    it('can be committed to while rows are being read', () => {
      store.commit(range(500).map((n) => ({ table: 't', key: `${n}`, value: 'old' })));
      let count = 0;
      for (const { key } of store.load()) {
        put('t', key, 'new');
        count += 1;
      }
      expect(count).to.equal(500);
      expect([...store.load()].every(({ value }) => value === 'new')).to.equal(true);
    });
  });
}

function rows(store: StateStore): string[] {
  return [...store.load()]
    .map(({ table, key, value }: StateRow) => `${table} ${key} ${value}`)
    .sort();
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
