/** What a configuration becomes, and every way in which it can be wrong, with line and column. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadConfig } from '../../src/config/load.ts';
import { ConfigError } from '../../src/config/problem.ts';
import { CONTEXT, load, problemsIn } from './helpers.ts';

const STORE = 'stores:\n  a: { plugin: box, host: h, password: p }\n';
const folder = (more = '') =>
  `folders:\n  - name: documents\n    local: ~/Documents\n    store: a\n${more}`;

describe('configuration', () => {
  it('fills in the defaults and makes paths absolute', async () => {
    const config = await load(`${STORE}${folder('    path: /sync/documents/\n')}`);
    expect(config.folders).to.deep.equal([
      {
        name: 'documents',
        local: '/home/alice/Documents',
        store: 'a',
        path: 'sync/documents',
        ignore: [],
        rounds: 'relaxed',
        deletedOnStore: 'follow',
        settle: 10_000,
        retention: 30 * 86_400_000,
        liveFor: 86_400_000,
        strictWait: 300_000,
        webRoot: false,
      },
    ]);
    expect(config).to.include({
      client: 'laptop',
      state: '/home/alice/.local/state/ownsync',
      directory: '/etc/sync',
    });
    expect(config.stores.get('a')).to.deep.equal({
      name: 'a',
      plugin: 'box',
      options: { host: 'h', password: 'p' },
    });
  });

  it('counts relative paths from the file, and reads durations', async () => {
    const text = `client: desk\nstate: ../state\n${STORE}folders:\n  - { name: x, local: data, store: a, settle: 0s, retention: 2w, historySize: 1.5GB, liveFor: 90min, strictWait: 0s }\n`;
    const config = await load(text);
    expect(config).to.include({ client: 'desk', state: '/etc/state' });
    expect(config.folders[0]).to.include({
      local: '/etc/sync/data',
      settle: 0,
      retention: 1_209_600_000,
      historySize: 1_500_000_000,
      liveFor: 5_400_000,
      strictWait: 0,
    });
  });

  it('understands anchors, and finds problems behind them', async () => {
    const text = `${STORE}folders:\n  - &base { name: x, local: /x, store: a }\n  - { <<: *base, name: y }\n`;
    const places = (await problemsIn(text)).map((line) => line.split(': ')[0]);
    expect(places).to.deep.equal(['5:5 folders[1].local', '5:5 folders[1].path']);
    expect(
      (
        await problemsIn(
          `stores: { a: &s { plugin: box, host: 1, password: p }, b: *s }\nfolders: []\n`,
        )
      )[0],
    ).to.match(/^1:38 stores\.a\.host: expected text, found a number/);
  });

  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'an empty file',
      '',
      ['1:1 stores: missing: expected a map of names', '1:1 folders: missing: expected a list'],
    ],
    ['no map', '- a\n', ['1:1 : expected a map of keys and values, found a list']],
    ['broken YAML', 'stores: {a: 1\n', ['not valid YAML']],
    [
      'a key twice',
      'stores: {}\nstores: {}\nfolders: []\n',
      ['2:1 : not valid YAML: Map keys must be unique'],
    ],
    [
      'a value that is not one of the choices',
      `${STORE}${folder('    rounds: fast\n')}`,
      ['7:13 folders[0].rounds: expected one of relaxed, strict, found "fast"'],
    ],
    [
      'a duration without a unit',
      `${STORE}${folder('    settle: 10\n    retention: 3 moons\n    historySize: 5 gigs\n')}`,
      [
        '7:13 folders[0].settle: expected text, found a number (put it in quotes)',
        '8:16 folders[0].retention: expected a duration such as 10s, 5min, 24h or 30d',
        '9:18 folders[0].historySize: expected a size such as 500MB, 5GB or 1TB',
      ],
    ],
    [
      'unknown keys, with what was meant',
      `${STORE}folder: []\n${folder('    igonre: []\n    xyzzy: 1\n')}`,
      [
        '3:1 folder: unknown key "folder"; did you mean "folders"?',
        '8:5 folders[0].igonre: unknown key "igonre"; did you mean "ignore"?',
        '9:5 folders[0].xyzzy: unknown key "xyzzy"; known here: deletedOnStore, historySize, ignore,',
      ],
    ],
    [
      'a missing key, at its parent',
      `${STORE}folders:\n  - local: /x\n    store: a\n`,
      ['4:5 folders[0].name: missing: expected text'],
    ],
    [
      'an unknown store',
      `${STORE}folders:\n  - { name: x, local: /x, store: hosting }\n`,
      ['4:34 folders[0].store: no store is called "hosting"; known: a'],
    ],
    [
      "plugin options, in the plugin's own words",
      'stores:\n  a:\n    plugin: box\n    port: 70000\n    tls: on\n    pasword: x\nfolders: []\n',
      [
        '2:3 stores.a.host: missing: expected text',
        '2:3 stores.a.password: missing: expected text',
        '4:11 stores.a.port: expected at most 65535',
        '5:10 stores.a.tls: expected one of off, explicit, implicit, found "on"',
        '6:5 stores.a.pasword: unknown key "pasword"; did you mean "password"?',
      ],
    ],
    [
      'a secret that is no secret',
      'stores:\n  a: { plugin: box, host: h, password: { enw: X } }\n  b: { plugin: box, host: h, password: 12345 }\nfolders: []\n',
      [
        '2:40 stores.a.password: expected text, { env: NAME } or { command: "…" }',
        '3:40 stores.b.password: expected text, found a number (put it in quotes)',
      ],
    ],
    [
      'all at once: shape, fit and options together',
      'stores:\n  a: { plugin: box, host: h, password: p, tls: no }\nfolders:\n  - { name: x, local: /x, store: b }\n  - { name: "/", local: /y, store: a }\n',
      ['stores.a.tls', 'folders[0].store', 'folders[1].name'],
    ],
    [
      'a name used twice, whatever its case',
      `${STORE}folders:\n  - { name: Docs, local: /x, store: a, path: x }\n  - { name: docs, local: /y, store: a, path: y }\n`,
      ['5:13 folders[1].name: the name "docs" is taken by folders[0]'],
    ],
    [
      'a local folder in another',
      `${STORE}folders:\n  - { name: a, local: /x/y, store: a, path: x }\n  - { name: b, local: /x, store: a, path: y }\n`,
      ['5:23 folders[1].local: /x contains /x/y of folder "a"; nested'],
    ],
    [
      'a place on the store in another',
      `${STORE}folders:\n  - { name: a, local: /x, store: a, path: /s }\n  - { name: b, local: /y, store: a, path: /s/t }\n  - { name: c, local: /z, store: a, path: /st }\n`,
      ['5:43 folders[1].path: /s/t on "a" lies in /s of folder "a"'],
    ],
    [
      'one place under two store names',
      'stores:\n  a: { plugin: box, host: h, password: p }\n  b: { plugin: box, host: h, password: q }\nfolders:\n  - { name: a, local: /x, store: a, path: s }\n  - { name: b, local: /y, store: b, path: s }\n',
      ['6:43 folders[1].path: /s on "b" is the same as /s of folder "a"'],
    ],
    [
      'a path with dots, or into our own files',
      `${STORE}folders:\n  - { name: a, local: /x, store: a, path: ../x }\n  - { name: b, local: /y, store: a, path: y/.ownsync }\n`,
      ['4:43 folders[0].path: expected a plain path', '5:43 folders[1].path: ".ownsync" is where'],
    ],
    [
      'a path with a line end',
      `${STORE}folders:\n  - { name: a, local: /x, store: a, path: "a\\nb" }\n`,
      ['4:43 folders[0].path: control characters'],
    ],
    [
      'a map where one word is expected',
      `${STORE}${folder('    rounds: { fast: true }\n')}`,
      ['7:13 folders[0].rounds: expected one of relaxed, strict'],
    ],
    [
      'a state inside a folder',
      `state: /x/state\n${STORE}folders:\n  - { name: a, local: /x, store: a }\n`,
      ['5:23 folders[0].local: the local state (/x/state) lies in this folder'],
    ],
    [
      'a folder over its own mounted store',
      'stores:\n  disk: { plugin: mount, path: /mnt/cloud }\nfolders:\n  - { name: a, local: /mnt, store: disk }\n',
      ['4:23 folders[0].local: /mnt contains the place on the store of folder "a" (/mnt/cloud)'],
    ],
  ];
  for (const [name, text, expected] of rows) {
    it(`names ${name}`, async () => {
      const problems = await problemsIn(text);
      expect(problems.length, problems.join('\n')).to.equal(expected.length);
      for (const [index, part] of expected.entries()) expect(problems[index]).to.contain(part);
      expect(problems.join()).to.not.match(/object Object|\{"/);
    });
  }

  for (const [name, text] of [
    ['brackets', `a: ${'{a: ['.repeat(20_000)}`],
    ['lists', `a:\n  ${'- '.repeat(20_000)}`],
  ] as const) {
    it(`takes one look at ${name} within each other without end`, async () => {
      const problems = await problemsIn(text);
      expect(problems).to.deep.equal(['1:1 : not usable YAML: it is nested too deeply']);
    });
  }

  it('never shows the value of a secret', async () => {
    const problems = await problemsIn(
      'stores:\n  a: { plugin: box, host: h, password: [hunter2] }\nfolders: []\n',
    );
    expect(problems).to.have.length(1);
    expect(problems.join()).not.to.contain('hunter2');
  });

  it('says where the file was expected when there is none', async () => {
    const error: unknown = await loadConfig('/no/such/config.yaml', CONTEXT).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(ConfigError);
    expect(String(error)).to.contain('/no/such/config.yaml:1:1: there is no such file');
  });

  it('reads no file that is far too long for a configuration', async () => {
    const root = mkdtempSync(join(tmpdir(), 'ownsync-test-'));
    try {
      const file = join(root, 'config.yaml');
      writeFileSync(file, '#'.repeat(128 * 1024 + 1));
      const error: unknown = await loadConfig(file, CONTEXT).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(ConfigError);
      expect(String(error)).to.contain(':1:1: larger than 128 KiB');
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it('sees one folder behind two names', async () => {
    const root = mkdtempSync(join(tmpdir(), 'ownsync-test-'));
    try {
      mkdirSync(join(root, 'real'));
      symlinkSync(join(root, 'real'), join(root, 'link'));
      const problems = await problemsIn(
        `${STORE}folders:\n  - { name: a, local: ${root}/real, store: a, path: a }\n  - { name: b, local: ${root}/link/inner, store: a, path: b }\n`,
      );
      expect(problems).to.have.length(1);
      expect(problems[0]).to.contain('folders[1].local');
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
