/**
 * Finding plugins by name: packages beside the configuration, paths, and what is said about everything else.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { loadPlugin } from '../../src/transport/loader.ts';
import { PluginError } from '../../src/transport/plugin-error.ts';

const definition = (name: string, contract = 1) =>
  `export default { name: '${name}', contract: ${contract}, options: { safeParse: (data) => ({ success: true, data }) }, secrets: [], open() {} };\n`;

describe('the plugin loader', () => {
  let root = '';
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const load = (name: string) =>
    loadPlugin(name, { from: join(root, 'conf'), home: join(root, 'home') });
  const refusal = async (name: string) => {
    const error: unknown = await load(name).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(PluginError);
    return (error as PluginError).message;
  };

  before(() => {
    root = mkdtempSync(join(tmpdir(), 'ownsync-test-'));
    write('conf/near.mjs', definition('near'));
    write('conf/dir/package.json', '{ "main": "lib/plugin.mjs" }');
    write('conf/dir/lib/plugin.mjs', definition('dir'));
    write('home/mine.mjs', definition('mine'));
    write(
      'node_modules/ownsync-box/package.json',
      '{ "exports": { ".": { "import": "./box.mjs" } } }',
    );
    write('node_modules/ownsync-box/box.mjs', definition('box'));
    write('conf/node_modules/@me/old/package.json', '{ "main": "old.mjs" }');
    write('conf/node_modules/@me/old/old.mjs', definition('old', 7));
    write('conf/node_modules/stray/package.json', '{ "type": "module", "exports": "./index.js" }');
    write('conf/node_modules/stray/index.js', 'export default { name: "stray" };\n');
    write('conf/node_modules/empty/package.json', '{}');
    write('conf/broken.mjs', 'throw new Error("cannot start");\n');
  });
  after(() => rmSync(root, { recursive: true }));

  const rows: readonly (readonly [string, string])[] = [
    ['./near.mjs', 'near'],
    ['./dir', 'dir'],
    ['~/mine.mjs', 'mine'],
    ['../home/mine.mjs', 'mine'],
    ['ownsync-box', 'box'],
    ['mount', 'mount'],
  ];
  for (const [name, found] of rows) {
    it(`${name} is found`, async () => {
      expect((await load(name)).name).to.equal(found);
    });
  }

  it('an absolute path is found', async () => {
    expect((await load(join(root, 'conf/near.mjs'))).name).to.equal('near');
  });

  const refusals: readonly (readonly [string, string])[] = [
    [
      'ftpp',
      'no plugin is called "ftpp" (did you mean "ftp"?); built-in: ftp, mount, sftp, webdav.',
    ],
    ['memory', 'no plugin is called "memory"'],
    ['../../etc/passwd', 'there is no plugin at'],
    ['a/b/c', 'no plugin is called "a/b/c"'],
    ['constructor', 'no plugin is called "constructor"'],
    ['./gone.mjs', 'there is no plugin at'],
    ['@me/old', 'was written for contract 7, this ownsync has contract 1'],
    ['stray', 'is no ownsync plugin'],
    ['empty', 'has no file index.js to load'],
    ['./broken.mjs', 'could not be loaded: cannot start'],
  ];
  for (const [name, message] of refusals) {
    it(`${name} is refused with words`, async () => {
      expect(await refusal(name)).to.contain(message);
    });
  }
});
