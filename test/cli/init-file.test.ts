/**
 * What `ownsync init` makes of a configuration that is there, and how it comes onto the disk: nothing said before is lost,
 * whatever the file looks like and wherever the program ends.
 */
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { addToConfig, EditError } from '../../src/config/edit.ts';
import type { Addition } from '../../src/config/edit.ts';
import { ChangedMeanwhileError, saveConfig } from '../../src/config/save.ts';
import { costLines, judge } from '../../src/cli/init-cost.ts';
import type { LocalStat } from '../../src/core/ports/local-tree.ts';
import { Crash, watchSteps } from '../host/fs-steps.ts';
import { projectText } from '../support/project.ts';

const ADDED: Addition = {
  store: {
    name: 'box',
    plugin: 'sftp',
    options: { host: 'h', password: { env: 'P' }, user: '12' },
  },
  folder: { name: 'pics', local: '~/Pictures', store: 'box', path: '/pics' },
};
const FOLDER = { name: 'pics', local: '~/Pictures', store: 'box', path: '/pics' };
const schema = '/s.json';

const added = (text: string | undefined, addition = ADDED): string =>
  addToConfig(text, addition, { schema });

interface Read {
  readonly stores: Record<string, unknown>;
  readonly folders: unknown[];
}

describe('adding to a configuration', () => {
  it('begins a new one with the line that editors look for', () => {
    const text = added(undefined, { ...ADDED, client: 'desk' });
    expect(text.split('\n')[0]).to.equal('# yaml-language-server: $schema=/s.json');
    expect(text).to.contain('password: { env: P }').and.contain('user: "12"');
    expect(parse(text)).to.have.keys('client', 'stores', 'folders');
  });

  it('keeps every line of the example, comments too', () => {
    const before = projectText('config.example.yaml');
    const after = added(before, {
      store: { name: 'more', plugin: 'mount', options: { path: '/x' } },
      folder: { ...FOLDER, store: 'more', name: 'other' },
    });
    const lines = after.split('\n');
    const lost = before.split('\n').filter((line) => !lines.includes(line));
    // Blanks before comments and within brackets may differ, and quotes.
    const words = (line: string): string => line.replace(/[\s'"]+/g, '');
    expect(lost.filter((line) => !lines.map(words).includes(words(line)))).to.deep.equal([]);
    expect((parse(after) as Read).folders).to.have.length(3);
  });

  const shapes: readonly (readonly [string, string])[] = [
    ['empty maps on one line', 'stores: {}\nfolders: []\n'],
    ['keys without a value', 'client: c\nstores:\nfolders:\n'],
    ['no folders at all', '# only stores\nstores:\n  a: { plugin: mount, path: /a }\n'],
    [
      'lists with their dashes below the key',
      'stores: {}\nfolders:\n- { name: x, local: /x, store: a }\n',
    ],
    ['another kind of line ends', 'stores:\r\n  a: { plugin: mount, path: /a }\r\nfolders: []\r\n'],
    ['only comments', '# nothing yet\n'],
    [
      'anchors and merged keys',
      'stores:\n  a: &a { plugin: mount, path: /a }\n  b:\n    <<: *a\n    path: /b\nfolders: []\n',
    ],
  ];
  for (const [name, text] of shapes) {
    it(`adds to a file with ${name}`, () => {
      const after = added(text);
      const data = parse(after, { merge: true }) as Read;
      const before = (parse(text, { merge: true }) ?? {}) as Partial<Read>;
      expect(data.stores).to.deep.include(before.stores ?? {});
      expect(data.stores['box']).to.deep.equal({ plugin: 'sftp', ...ADDED.store?.options });
      expect(data.folders.at(-1)).to.deep.equal(FOLDER);
      expect(after.includes('\r\n')).to.equal(text.includes('\r\n'));
      if (text.includes('\n- ')) expect(after).to.contain('\n- name: pics');
    });
  }

  it('refuses what it would have to replace, or cannot add to', () => {
    expect(() => added('stores: { box: { plugin: mount } }\n')).to.throw(EditError, '"box"');
    expect(() => added('stores: 5\n')).to.throw(EditError, 'no plain map');
    expect(() => added('x: &f []\nstores: {}\nfolders: *f\n')).to.throw(EditError, 'no plain list');
  });
});

describe('saving a configuration', () => {
  let root = '';
  let file = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ownsync-test-'));
    file = join(root, 'config.yaml');
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it('ended before any of its steps, it leaves the old file or the new one, and the next call goes on', async () => {
    let steps = 0;
    for (let end = 0; end <= steps; end += 1) {
      rmSync(root, { recursive: true });
      mkdirSync(root);
      writeFileSync(file, 'old', { mode: 0o644 });
      steps = 0;
      const save = (): Promise<void> =>
        watchSteps(
          (step) => {
            steps = Math.max(steps, step + 1);
            if (step >= end) throw new Crash();
          },
          async () => {
            saveConfig(file, { text: 'new', before: 'old' });
            await Promise.resolve();
          },
        );
      await save().catch((error: unknown) => {
        expect(error).to.be.instanceOf(Crash);
      });
      const after = readFileSync(file, 'utf8');
      expect(['old', 'new']).to.include(after);
      saveConfig(file, { text: 'newer', before: after });
      expect(readFileSync(file, 'utf8')).to.equal('newer');
      expect(readdirSync(root)).to.deep.equal(['config.yaml']);
      expect(statSync(file).mode & 0o777).to.equal(0o600);
    }
    expect(steps).to.be.at.least(3);
  });

  it('does not replace what somebody else wrote meanwhile', () => {
    writeFileSync(file, 'theirs');
    for (const before of ['old', undefined]) {
      expect(() => {
        saveConfig(file, { text: 'new', before });
      }).to.throw(ChangedMeanwhileError);
    }
    expect(readFileSync(file, 'utf8')).to.equal('theirs');
    expect(readdirSync(root)).to.deep.equal(['config.yaml']);
  });

  it('a link to the file stays one', () => {
    writeFileSync(join(root, 'real.yaml'), 'old');
    symlinkSync('real.yaml', file);
    saveConfig(file, { text: 'new', before: 'old' });
    expect(lstatSync(file).isSymbolicLink()).to.equal(true);
    expect(readFileSync(join(root, 'real.yaml'), 'utf8')).to.equal('new');
  });
});

describe('what a join will cost', () => {
  const file = (size: number, mtime: number): LocalStat => ({
    ...{ kind: 'file', size, mtime, ctime: 0, id: 'x', executable: false },
  });

  it('is judged by size and time', () => {
    const here = new Map<string, LocalStat>([
      ['here', file(1, 5000)],
      ['alike', file(2, 5900.5)],
      ['time', file(3, 5000)],
      ['size', file(4, 5000)],
      ['minute', file(5, 60_000)],
      ['dir', { kind: 'directory', id: 'd' }],
    ]);
    const there = new Map([
      ['there', { size: 10, modified: 5000 }],
      ['alike', { size: 2, modified: 5000 }],
      ['time', { size: 3, modified: 20_000 }],
      ['size', { size: 5, modified: 5000 }],
      ['minute', { size: 5, modified: 60_000, precision: 60_000 }],
      ['dir', { size: 7 }],
    ]);
    expect(judge(here, there)).to.deep.equal({
      here: { files: 5, bytes: 15 },
      there: { files: 6, bytes: 32 },
      upload: { files: 1, bytes: 1 },
      download: { files: 2, bytes: 17 },
      ...{ alike: 1, unclear: 2, different: 1 },
    });
  });

  it('tells when there is no room', () => {
    const cost = { ...judge(new Map([['a', file(5e9, 0)]]), new Map()), isJoined: false };
    expect(costLines({ ...cost, free: 1e9 }, 'x').join()).to.contain('not enough room');
    expect(costLines({ ...cost, free: 9e9 }, 'x').join()).to.not.contain('room');
  });
});
