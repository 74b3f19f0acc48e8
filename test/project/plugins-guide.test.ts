/**
 * docs/plugins.md leads to a whole plugin. This packs that plugin, installs the package as a user would, beside ownsync as
 * it is published, runs the conformance suite from there, and syncs two computers with it.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { projectRoot, projectText } from '../support/project.ts';

const EXAMPLE = 'examples/ownsync-plugin-drawer';
const guide = projectText('docs/plugins.md');

describe('docs/plugins.md', () => {
  it('names every operation, capability and error kind of the contract', () => {
    const contract = projectText('src/core/ports/transport.ts');
    const kinds = section(contract, 'export type TransportErrorKind', ';').matchAll(/'([\w-]+)'/g);
    const facts = section(contract, 'export interface Capabilities', '\n}').matchAll(
      /readonly (\w+):/g,
    );
    const operations = section(contract, 'export interface Transport {', '\n}').matchAll(
      /^ {2}(\w+)\??\(/gm,
    );
    const names = [...kinds, ...facts, ...operations].map(([, name]) => name ?? '');
    expect(names.length).to.be.greaterThan(30);
    const missing = names.filter((name) => !new RegExp(`\`${name}\\b`).test(guide));
    expect(missing.filter((name) => name !== 'file' && name !== 'directory')).to.deep.equal([]);
  });

  for (const file of ['index.js', 'test.js']) {
    it(`shows ${file} of the example as it is`, () => {
      const text = projectText(`${EXAMPLE}/${file}`);
      expect(shown(file)).to.equal(withoutSpaces(text.slice(text.indexOf('import {'))));
    });
  }
});

describe('the example plugin, as an installed package', function () {
  this.timeout(300_000);
  const root = mkdtempSync(join(tmpdir(), 'ownsync-guide-test-'));
  const site = join(root, 'site');
  const installed = join(site, 'node_modules', 'ownsync-plugin-drawer');

  before(() => {
    run(process.execPath, ['scripts/setup.mjs'], projectRoot);
    mkdirSync(site);
    // What ownsync and the suite themselves need is found one directory up: nothing is downloaded here.
    symlinkSync(join(projectRoot, 'node_modules'), join(root, 'node_modules'), 'dir');
    writeFileSync(join(site, 'package.json'), '{ "private": true }');
    const plugin = pack(EXAMPLE);
    // The peer is there already, as an unpacked package that no registry knows.
    run('npm', ['install', '--offline', '--no-save', '--legacy-peer-deps', ...QUIET, plugin], site);
    unpackOwnsync();
  });
  after(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it('passes the conformance suite from ownsync/testkit', () => {
    const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
    const out = run(process.execPath, [mocha, '--reporter', 'json', 'test.js'], installed);
    const { stats } = JSON.parse(out.slice(out.indexOf('{\n'))) as {
      readonly stats: { readonly passes: number; readonly failures: number };
    };
    expect(stats.failures).to.equal(0);
    expect(stats.passes).to.be.greaterThan(80);
  });

  it('is loaded by its name from a configuration, and syncs two computers', () => {
    mkdirSync(join(site, 'drawer'));
    const [one = '', two = ''] = ['one', 'two'].map(computer);
    writeFileSync(join(one, 'folder', 'letter.txt'), 'dear all');
    expect(ownsync(one, 'sync')).to.contain('1 uploaded');
    expect(ownsync(two, 'sync')).to.contain('1 downloaded');
    expect(readFileSync(join(two, 'folder', 'letter.txt'), 'utf8')).to.equal('dear all');
    rmSync(join(two, 'folder', 'letter.txt'));
    ownsync(two, 'sync');
    expect(ownsync(one, 'sync')).to.contain('1 deleted here');
    expect(existsSync(join(one, 'folder', 'letter.txt'))).to.equal(false);
  });

  function unpackOwnsync(): void {
    const target = join(site, 'node_modules', 'ownsync');
    mkdirSync(target, { recursive: true });
    run('tar', ['-xzf', pack('.'), '-C', target, '--strip-components=1'], site);
  }

  /** The tarball's path. */
  function pack(folder: string): string {
    const args = [
      'pack',
      '--json',
      '--pack-destination',
      root,
      ...QUIET,
      join(projectRoot, folder),
    ];
    const [made] = JSON.parse(run('npm', args, root)) as { readonly filename: string }[];
    return join(root, made?.filename ?? '');
  }

  function computer(name: string): string {
    const home = join(site, name);
    mkdirSync(join(home, 'folder'), { recursive: true });
    const lines = [
      `client: ${name}`,
      'state: ./state',
      'stores:',
      '  mine: { plugin: ownsync-plugin-drawer, path: ../drawer }',
      'folders:',
      '  - { name: letters, local: ./folder, store: mine, path: /letters, settle: 0s }',
    ];
    writeFileSync(join(home, 'config.yaml'), `${lines.join('\n')}\n`);
    return home;
  }

  function ownsync(home: string, command: string): string {
    const program = join(site, 'node_modules', 'ownsync', 'dist', 'src', 'cli.js');
    return run(process.execPath, [program, command, '--config', join(home, 'config.yaml')], home);
  }
});

const QUIET = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

/** What it printed. Fails with its errors unless it ends with 0. */
function run(command: string, args: readonly string[], cwd: string): string {
  // What a child covers of itself is not this project's coverage.
  const { NODE_V8_COVERAGE: _, NODE_OPTIONS: __, ...env } = process.env;
  const options = { cwd, env, encoding: 'utf8', maxBuffer: 1 << 26 } as const;
  const { status, stdout, stderr, error } = spawnSync(command, args, options);
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

/** All code blocks whose first line names the file, joined. */
function shown(name: string): string {
  const blocks = [...guide.matchAll(/```js\n(\/\/ .*)\n([\s\S]*?)```/g)];
  const code = blocks.filter(([, first]) => first?.includes(name) === true);
  return withoutSpaces(code.map(([, , text]) => text ?? '').join('\n'));
}

/** Blank lines between the blocks do not count. */
function withoutSpaces(text: string): string {
  return text.replace(/\n\s*\n/g, '\n').trim();
}

function section(text: string, from: string, to: string): string {
  const start = text.indexOf(from);
  return text.slice(start, text.indexOf(to, start));
}
