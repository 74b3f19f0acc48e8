/** The generated tree: the same from the same seed, with all that it promises; and the changes made to it. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeCorpus } from './corpus.ts';
import { copyTree, mutate } from './mutate.ts';
import { namesFor } from './names.ts';
import { differences, readTree, storeDifferences } from './tree.ts';
import type { Tree } from './tree.ts';

describe('the generated tree', function () {
  this.timeout(30_000);
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ownsync-test-corpus-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const made = (name: string, seed: number, files = 400): Tree => {
    makeCorpus(join(root, name), { seed, files });
    return readTree(join(root, name));
  };
  const namesOf = (tree: Tree): string[] => [...tree.keys()].flatMap((path) => path.split('/'));

  it('is the same from the same seed, and another from another', () => {
    const one = made('one', 7);
    expect(differences(one, made('other', 7))).to.deep.equal([]);
    expect(differences(one, made('third', 8))).to.not.deep.equal([]);
  });

  it('holds what it promises', () => {
    const tree = made('one', 1);
    const nodes = [...tree.values()];
    const files = nodes.flatMap((node) => (node.kind === 'file' ? [node] : []));
    expect(files).to.have.length(400);
    expect(files.filter(({ size }) => size > 1_000_000)).to.have.length(2);
    expect(files.some(({ size }) => size === 0)).to.equal(true);
    expect(files.some(({ executable }) => executable)).to.equal(true);
    expect(nodes.some(({ kind }) => kind === 'link')).to.equal(true);
    const empty = [...tree].filter(
      ([path, { kind }]) =>
        kind === 'directory' && readdirSync(join(root, 'one', path)).length === 0,
    );
    expect(empty).to.not.deep.equal([]);
    const years = new Set(files.map(({ time }) => new Date(time * 1000).getUTCFullYear()));
    expect(years.size).to.be.greaterThan(15);
    const names = namesOf(tree);
    for (const odd of [/^~/, /^-/, /"/, /\[/, /%/, / /, /\\/, /é/, /\t/, /\*/, /^\./, / $/]) {
      expect(
        names.some((name) => odd.test(name)),
        String(odd),
      ).to.equal(true);
    }
    expect(names.some((name) => Buffer.byteLength(name) === 255)).to.equal(true);
    expect(names.every((name) => name.normalize('NFC') === name)).to.equal(true);
  });

  it('leaves out what a server does not take', () => {
    makeCorpus(join(root, 'one'), { seed: 1, files: 400, names: namesFor['pure-ftpd'] });
    expect(
      namesOf(readTree(join(root, 'one'))).filter((name) => /\\|^\s|\s$|\t/.test(name)),
    ).to.deep.equal([]);
  });

  it('is changed alike from one seed, and no two changes concern one path', () => {
    const before = made('one', 3);
    copyTree(join(root, 'one'), join(root, 'other'));
    expect(differences(before, readTree(join(root, 'other')))).to.deep.equal([]);
    const acts = mutate(join(root, 'one'), { seed: 4, share: 0.05 });
    expect(
      mutate(join(root, 'other'), { seed: 4, share: 0.05 }).map(({ path }) => path),
    ).to.deep.equal(acts.map(({ path }) => path));
    const paths = acts.flatMap((act) => (act.kind === 'move' ? [act.path, act.to] : [act.path]));
    for (const path of paths) {
      expect(paths.filter((other) => other === path || other.startsWith(`${path}/`))).to.deep.equal(
        [path],
      );
    }
    expect(new Set(acts.map(({ kind }) => kind))).to.have.all.keys(
      ...['edit', 'add', 'move', 'delete', 'change'],
    );
    const after = readTree(join(root, 'one'));
    for (const act of acts) {
      if (act.kind === 'delete' || act.kind === 'move') expect(after.has(act.path)).to.equal(false);
      if (act.kind === 'edit') expect(after.get(act.path)).to.include({ digest: act.digest });
    }
  });

  it('every difference is seen', () => {
    const file = { kind: 'file', digest: 'a', size: 1, time: 10, executable: false } as const;
    const one: Tree = new Map([['f', file]]);
    const other = (node: Partial<typeof file> | { executable: boolean }): Tree =>
      new Map([['f', { ...file, ...node }]]);
    expect(differences(one, one)).to.deep.equal([]);
    expect(differences(one, new Map())).to.have.length(1);
    expect(differences(new Map(), one)).to.have.length(1);
    expect(differences(one, new Map([['f', { kind: 'directory' }]]))).to.have.length(1);
    expect(differences(one, other({ executable: true }))).to.have.length(1);
    expect(storeDifferences(one, other({ executable: true }))).to.deep.equal([]);
    expect(storeDifferences(one, new Map([['f', { ...file, digest: 'b' }]]))).to.have.length(1);
    const late: Tree = new Map([['f', { ...file, time: 11 }]]);
    expect(storeDifferences(one, late)).to.have.length(1);
    expect(storeDifferences(one, late, () => 1)).to.deep.equal([]);
    expect(storeDifferences(late, one, () => 1)).to.have.length(1);
    expect(storeDifferences(late, one, 'any')).to.deep.equal([]);
  });

  it('links, and directories for them alone, need not be on the store', () => {
    const client: Tree = new Map([
      ['d', { kind: 'directory' }],
      ['d/l', { kind: 'link', target: 'x' }],
      ['e', { kind: 'directory' }],
    ]);
    const store: Tree = new Map([['e', { kind: 'directory' }]]);
    expect(storeDifferences(client, store)).to.deep.equal([]);
    expect(storeDifferences(client, new Map())).to.have.length(1);
    expect(storeDifferences(client, client)).to.have.length(1);
  });
});
