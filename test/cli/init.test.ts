/**
 * `ownsync init`: from flags and with a person, on directories as stores and with somebody else's plugin. What it writes is used
 * by a real sync.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { parse } from 'yaml';
import { projectRoot } from '../support/project.ts';
import { CLEAR, DOWN, ENTER, Home, STOP } from './init-person.ts';
import type { Step } from './init-person.ts';

describe('ownsync init', function () {
  this.timeout(60_000);
  let home: Home;
  let store = '';
  beforeEach(() => {
    home = new Home();
    store = join(home.root, 'store');
    mkdirSync(store);
    writeFileSync(join(home.local, 'letter'), 'hello');
  });
  afterEach(() => {
    home.clean();
  });
  const mount = () => ({ plugin: 'mount', set: [`path=${store}`] });

  describe('from flags', () => {
    it('lists all that is missing, ends with 2, and writes nothing', async () => {
      expect(await home.flags({})).to.equal(2);
      expect(home.err.join('\n')).to.contain('--plugin NAME: ftp, mount').and.contain('--local');
      expect(await home.flags({ plugin: 'ftp', set: ['port=many'] })).to.equal(2);
      const said = home.err.join('\n');
      for (const option of ['host=…', 'user=…', 'password.env=VARIABLE', 'port: expected a number'])
        expect(said).to.contain(`--set ${option}`);
      expect(said).to.contain('--local DIRECTORY');
      expect(home.text).to.equal(undefined);
    });

    it('lists what the plugin wants of several options together', async () => {
      const set = ['host=box', 'user=alice'];
      expect(await home.flags({ plugin: 'sftp', set, local: 'docs' })).to.equal(2);
      expect(home.err.join('\n')).to.contain('needs a password, a privateKey or an agent');
    });

    it('says what was probably meant', async () => {
      const set = ['hosst=box'];
      expect(await home.flags({ plugin: 'ftp', set, local: 'docs' })).to.equal(2);
      expect(home.err.join('\n')).to.contain('did you mean "host"?');
    });

    it('tries the store, says what joining costs, and writes what a sync then uses', async () => {
      expect(await home.flags({ ...mount(), local: 'docs' })).to.equal(0);
      const said = home.out.join('\n');
      expect(said).to.contain('the store works');
      expect(said).to.contain('here: 1 file (5 B)');
      expect(said).to.contain('the first sync uploads 1 file (5 B); it deletes nothing');
      expect(said).to.contain('next: ownsync sync docs --dry-run');
      expect(home.text?.split('\n')[0]).to.match(
        /^# yaml-language-server: \$schema=\/.*schema\.json/,
      );
      expect(statSync(home.file).mode & 0o777).to.equal(0o600);
      expect(readdirSync(store), 'the store is as it was').to.deep.equal([]);
      expect(readdirSync(home.local), 'and so is the folder').to.deep.equal(['letter']);
      expect(existsSync(join(home.root, '.local/state/ownsync/stores/mount.json'))).to.equal(true);
      expect(await home.sync()).to.equal(0);
      expect(readFileSync(join(store, 'docs/letter'), 'utf8')).to.equal('hello');
    });

    it('tells a second computer what it will get, and what is alike', async () => {
      await home.flags({ ...mount(), local: 'docs' });
      writeFileSync(join(home.local, 'only-there'), '1234567890');
      expect(await home.sync()).to.equal(0);
      const other = new Home();
      try {
        writeFileSync(join(other.local, 'letter'), 'HELLO');
        utimesSync(join(other.local, 'letter'), 1_600_000_000, 1_600_000_000);
        writeFileSync(join(other.local, 'mine'), 'mine');
        expect(await other.flags({ ...mount(), local: 'docs' })).to.equal(0);
        const said = other.out.join('\n');
        expect(said).to.contain('on the store, in /docs: 2 files (15 B) (ownsync is used there');
        expect(said).to.contain('uploads 1 file (4 B) and downloads 1 file (10 B)');
        expect(said).to.contain('on both sides: 1 file with the same size only');
        expect(said).to.contain('both are kept, one as a conflict copy');
      } finally {
        other.clean();
      }
    });

    it('says that files nobody has recorded are read once', async () => {
      mkdirSync(join(store, 'docs'));
      writeFileSync(join(store, 'docs/old'), 'from before');
      await home.flags({ ...mount(), local: 'docs' });
      expect(home.out.join('\n')).to.contain('not yet used by ownsync').and.contain('reads all of');
    });

    it('adds to a file that is there, and keeps its comments', async () => {
      await home.flags({ ...mount(), local: 'docs' });
      const before = `# mine\n${home.text ?? ''}`.replace('folders:', '# about folders\nfolders:');
      writeFileSync(home.file, before);
      mkdirSync(join(home.root, 'pics'));
      expect(await home.flags({ store: 'mount', local: 'pics', client: 'desk' })).to.equal(0);
      const after = home.text ?? '';
      for (const line of before.split('\n')) expect(after.split('\n')).to.include(line);
      const { folders, client } = parse(after) as { folders: unknown[]; client: string };
      expect(folders).to.have.length(2);
      expect(folders[1]).to.deep.equal({
        ...{ name: 'pics', local: '~/pics', store: 'mount', path: '/pics' },
      });
      expect(client).to.equal('desk');
    });

    it('refuses a store of a known name, and a folder within another', async () => {
      await home.flags({ ...mount(), local: 'docs' });
      const before = home.text;
      expect(await home.flags({ ...mount(), store: 'mount', local: 'docs' })).to.equal(2);
      expect(home.err.join('\n')).to.contain('there is a store "mount"');
      expect(await home.flags({ store: 'mount', local: 'docs', name: 'more' })).to.equal(2);
      expect(home.err.join('\n')).to.contain('nested folders are not possible');
      expect(home.text).to.equal(before);
    });

    it('writes nothing beside a configuration that is wrong', async () => {
      mkdirSync(join(home.root, '.config/ownsync'), { recursive: true });
      writeFileSync(home.file, 'stores: 5\n');
      expect(await home.flags({ ...mount(), local: 'docs' })).to.equal(2);
      expect(home.err.join('\n')).to.contain('config.yaml:1:');
      expect(home.text).to.equal('stores: 5\n');
    });

    it('writes nothing when the store cannot be opened, but for --no-test', async () => {
      const gone = { plugin: 'mount', set: [`path=${join(home.root, 'gone')}`], local: 'docs' };
      expect(await home.flags(gone)).to.equal(1);
      expect(home.err.join('\n')).to.contain('what to do:').and.contain('--no-test');
      expect(home.text).to.equal(undefined);
      expect(await home.flags({ ...gone, test: false })).to.equal(0);
      expect(home.text).to.contain('plugin: mount');
    });

    it('takes a secret as the name of a variable, and says when it is not set', async () => {
      const set = ['host=127.0.0.1', 'port=1', 'user=12', 'password.env=THE_PASSWORD'];
      const ftp = { plugin: 'ftp', set, local: 'docs' };
      expect(await home.flags(ftp)).to.equal(2);
      expect(home.err.join('\n')).to.contain('THE_PASSWORD is not set');
      expect(await home.flags({ ...ftp, test: false })).to.equal(0);
      expect(home.text).to.contain('password: { env: THE_PASSWORD }').and.contain('user: "12"');
    });
  });

  describe('with a person', () => {
    const ask: readonly Step[] = [['How is the store reached?', DOWN + ENTER]];
    const rest = (): readonly Step[] => [
      ['Anything else to set?', ENTER],
      ['A name for this store', ENTER],
      ['A name for this computer', ENTER],
      ['Which directory', `${CLEAR}docs${ENTER}`],
      ['A name for the folder', ENTER],
      ['Its place on the store', `${CLEAR}/a/b${ENTER}`],
    ];

    it('asks, tries, says what it costs, and writes after a yes', async () => {
      const code = await home.person({}, [
        ...ask,
        ['path: The directory', store + ENTER],
        ...rest(),
        [/uploads 1 file[^]*Write .*config\.yaml/, ENTER],
      ]);
      expect(code, home.screen).to.equal(0);
      expect(parse(home.text ?? '')).to.deep.equal({
        client: 'laptop',
        stores: { mount: { plugin: 'mount', path: store } },
        folders: [{ name: 'docs', local: '~/docs', store: 'mount', path: '/a/b' }],
      });
      expect(home.screen).to.contain('next: ownsync sync docs --dry-run');
      expect(await home.sync()).to.equal(0);
    });

    it('lets a wrong setting be put right', async () => {
      const code = await home.person({ local: 'docs', name: 'docs', path: 'x' }, [
        ...ask,
        ['path: The directory', `${join(home.root, 'gone')}${ENTER}`],
        ['Anything else to set?', ENTER],
        ['A name for this store', ENTER],
        [/what to do:[^]*What now\?/, ENTER],
        ['Which one?', ENTER],
        ['path: The directory', CLEAR + store + ENTER],
        ['A name for this computer', ENTER],
        ['Write ', ENTER],
      ]);
      expect(code, home.screen).to.equal(0);
      expect(home.text).to.contain(`path: ${store}\n`);
    });

    it('writes nothing when the person stops, or says no', async () => {
      expect(await home.person({}, [...ask, ['path: The directory', STOP]])).to.equal(130);
      expect(home.screen).to.contain('nothing was written');
      const steps: readonly Step[] = [
        ['Anything else', ENTER],
        ['A name for this store', ENTER],
      ];
      const no = [
        ['A name for this computer', ENTER],
        ['Write ', `n${ENTER}`],
      ] as const;
      const given = { ...mount(), name: 'docs', path: 'x' };
      const code = await home.person(given, [
        ...steps,
        no[0],
        ['Which directory', `${CLEAR}docs${ENTER}`],
        no[1],
      ]);
      expect(code).to.equal(130);
      expect(home.text).to.equal(undefined);
    });

    it('asks again for a folder that does not fit, and makes a missing directory', async () => {
      await home.flags({ ...mount(), local: 'docs' });
      const code = await home.person({ store: 'mount' }, [
        ['Which directory', `${CLEAR}docs/inner${ENTER}`],
        ['Make it?', ENTER],
        ['A name for the folder', ENTER],
        ['Its place', ENTER],
        [/nested folders are not possible[^]*Which directory/, `${CLEAR}new/pics${ENTER}`],
        ['Make it?', ENTER],
        ['A name for the folder', ENTER],
        ['Its place', ENTER],
        [/Add the folder "pics"/, ENTER],
      ]);
      expect(code, home.screen).to.equal(0);
      expect(statSync(join(home.root, 'new/pics')).isDirectory()).to.equal(true);
      expect((parse(home.text ?? '') as { folders: unknown[] }).folders).to.have.length(2);
    });

    it("asks what somebody else's plugin describes, and hides what it calls secret", async () => {
      const plugin = join(home.root, 'shelf.ts');
      writeFileSync(plugin, shelf());
      const code = await home.person({ plugin, local: 'docs', name: 'docs', path: 'x' }, [
        ['shelf: Which shelf', `9${ENTER}`],
        ['expected at most 5', `${CLEAR}3${ENTER}`],
        ['What opens it: where is it to come from?', DOWN + DOWN + ENTER],
        ['key', `sesame${ENTER}`],
        ['Anything else to set?', `${DOWN}${ENTER}`],
        ['dusty: Whether', ENTER],
        ['Anything else to set?', ENTER],
        ['A name for this store', `${CLEAR}cellar${ENTER}`],
        ['A name for this computer', ENTER],
        ['Write ', ENTER],
      ]);
      expect(code, home.screen).to.equal(0);
      expect(home.screen).to.not.contain('sesame');
      expect((parse(home.text ?? '') as { stores: unknown }).stores).to.deep.equal({
        cellar: { plugin, shelf: 3, key: 'sesame', dusty: true, lamp: 'lit' },
      });
      expect(home.screen).to.contain('lamp: "lit" is set, as the plugin suggests');
    });
  });
});

/** A plugin as its author might write it, over the store in memory. */
function shelf(): string {
  const at = (path: string): string => JSON.stringify(pathToFileURL(join(projectRoot, path)).href);
  return `
import { CONTRACT, definePlugin, z } from ${at('src/plugin-api.ts')};
import { MemoryStore } from ${at('src/testkit/memory-store.ts')};
import { openMemoryTransport } from ${at('src/testkit/memory-transport.ts')};
const store = new MemoryStore();
export default definePlugin({
  name: 'shelf',
  contract: CONTRACT,
  options: z.strictObject({
    shelf: z.int().max(5).describe('Which shelf'),
    key: z.string().describe('What opens it'),
    dusty: z.boolean().optional().describe('Whether it is dusty'),
    lamp: z.string().optional().describe('The lamp'),
  }),
  secrets: ['key'],
  suggest: () => Promise.resolve({ lamp: 'lit' }),
  open: () => Promise.resolve(openMemoryTransport(store)),
});
`;
}
