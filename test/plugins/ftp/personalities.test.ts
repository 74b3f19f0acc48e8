/**
 * Two computers and another program in sync through each kind of server that the scripted one plays: the whole program, not
 * the plugin alone. And what it says where it cannot work.
 */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import type { SyncReport } from '../../../src/core/ports/folder.ts';
import {
  ftpPersonalities,
  startFtpServer,
  type FtpQuirks,
  type FtpServer,
} from '../../../src/testkit/index.ts';
import { differences, readTree, type Tree } from '../../corpus/tree.ts';
import { Client } from '../../scenarios/client.ts';
import { PLACE } from '../../scenarios/stores.ts';

interface Stage {
  readonly server: FtpServer;
  /** The folder's place on the server's disk. */
  readonly place: string;
  readonly laptop: Client;
  readonly desk: Client;
}

let close: () => Promise<void> = () => Promise.resolve();

async function openStage(quirks: FtpQuirks): Promise<Stage> {
  const root = mkdtempSync(join(tmpdir(), 'ownsync-test-personality-'));
  const disk = join(root, 'store');
  mkdirSync(disk);
  const server = await startFtpServer({ root: disk, quirks });
  close = async () => {
    await server.stop();
    rmSync(root, { recursive: true });
  };
  const store = [
    'plugin: ftp',
    `host: ${server.host}`,
    `port: ${String(server.port)}`,
    `user: ${server.user}`,
    `password: ${server.password}`,
    'tls: off',
    `encoding: ${quirks.charset === 'latin1' ? 'latin1' : 'utf8'}`,
  ];
  const [laptop, desk] = ['laptop', 'desk'].map((name) => new Client(root, name, { store }));
  if (laptop === undefined || desk === undefined) throw new Error('two clients are needed');
  return { server, place: join(disk, PLACE), laptop, desk };
}

function put(root: string, path: string, text: string, time?: number): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  if (time !== undefined) utimesSync(join(root, path), time, time);
}

/** Both in turn until neither has anything to do; no problem may be left. */
async function settle({ laptop, desk }: Stage): Promise<void> {
  for (let turn = 1; turn <= 8; turn += 1) {
    const reports: SyncReport[] = [];
    for (const client of [laptop, desk]) reports.push(await client.sync());
    const problems = reports.flatMap((report) => report.problems);
    expect(problems, 'problems').to.deep.equal([]);
    const isQuiet = ({ done }: SyncReport): boolean =>
      Object.values(done).every((count) => count === 0);
    if (reports.every((report) => report.inSync && isQuiet(report))) return;
  }
  throw new Error('not quiet after 8 turns');
}

/** Fails unless both folders are equal, and the store holds the same names and contents. Gives the paths of files. */
function filesOfAll({ laptop, desk, place }: Stage): string[] {
  const tree = readTree(laptop.folder);
  expect(differences(tree, readTree(desk.folder)), 'laptop and desk').to.deep.equal([]);
  // Not every server keeps times.
  expect(differences(timeless(tree), timeless(readTree(place))), 'the store').to.deep.equal([]);
  return [...tree].flatMap(([path, node]) => (node.kind === 'file' ? [path] : [])).sort();
}

function timeless(tree: Tree): Tree {
  return new Map(
    [...tree].map(([path, node]) => [path, 'time' in node ? { ...node, time: 0 } : node]),
  );
}

describe('ftp: two computers on a server', function () {
  this.timeout(60_000);
  afterEach(async () => {
    await close();
  });

  for (const [name, quirks] of Object.entries(ftpPersonalities)) {
    it(`like ${name}: additions, edits, moves, deletions, a conflict, another program`, async () => {
      const stage = await openStage(quirks);
      const { laptop, desk, place } = stage;
      put(laptop.folder, 'a.txt', 'first', 1.6e9);
      put(laptop.folder, 'Grüße/deep/süß.txt', 'deep', 1.7e9);
      put(laptop.folder, '.dotted', 'hidden', 1.65e9);
      put(desk.folder, 'from the desk.txt', 'desk', 1.7e9);
      await settle(stage);
      const all = ['.dotted', 'Grüße/deep/süß.txt', 'a.txt', 'from the desk.txt'];
      expect(filesOfAll(stage)).to.deep.equal(all.sort());

      put(desk.folder, 'a.txt', 'later', 1.6e9 + 9);
      rmSync(join(desk.folder, 'Grüße'), { recursive: true });
      put(place, 'put there.txt', 'by another program');
      put(laptop.folder, 'both.txt', 'laptop', 1.7e9);
      put(desk.folder, 'both.txt', 'desk !', 1.7e9);
      await settle(stage);
      const files = filesOfAll(stage);
      expect(files).to.have.length(6);
      expect(files).to.include.members(['.dotted', 'a.txt', 'both.txt', 'put there.txt']);
      expect(files.filter((path) => path.startsWith('both (conflict'))).to.have.length(1);

      rmSync(join(place, 'put there.txt'));
      put(laptop.folder, 'a.txt', 'third', 1.6e9 + 9);
      await settle(stage);
      expect(filesOfAll(stage)).to.have.length(5);
    });
  }

  it('whose clocks change between two rounds: nothing is taken for changed', async () => {
    let zone = 60;
    const tellZone = (): number => zone;
    const times = { listZone: tellZone, tellZone };
    const stage = await openStage({ ...ftpPersonalities.iis, times });
    put(stage.laptop.folder, 'file', 'x', 1.6e9);
    put(stage.desk.folder, 'other', 'y', 1.7e9);
    await settle(stage);
    zone = 120;
    const reports = [await stage.laptop.sync(), await stage.desk.sync()];
    for (const { inSync, done } of reports) {
      expect(inSync).to.equal(true);
      expect(Object.values(done).every((count) => count === 0)).to.equal(true);
    }
    expect(filesOfAll(stage)).to.deep.equal(['file', 'other']);
  });

  for (const silentLimit of [false, true]) {
    it(`that lists too little: all arrives, nothing is deleted, and it is told (silent: ${String(silentLimit)})`, async () => {
      const stage = await openStage({ listLimit: 20, silentLimit });
      const { laptop, desk } = stage;
      for (let at = 10; at < 40; at += 1) put(laptop.folder, `many/file ${String(at)}`, 'x', 1.6e9);
      for (const client of [laptop, desk, laptop, desk]) await client.sync();
      expect(filesOfAll(stage)).to.have.length(30);
      // Of a silent limit one file is a sign that was placed by its name and does not show.
      put(laptop.folder, 'many/the last one', 'x', 1.6e9);
      const { problems, done } = await laptop.sync();
      expect(problems.map(({ path, kind }) => `${kind} ${path}`)).to.deep.equal(['other many']);
      expect(problems[0]?.message).to.contain('nothing in it is taken as deleted');
      expect(done['deleted-here'] + done['deleted-on-store']).to.equal(0);
      await desk.sync();
      expect(filesOfAll(stage)).to.have.length(31);
    });
  }

  it('that hides names with a dot for good: refused, with the way on, and nothing is lost', async () => {
    const stage = await openStage({ mlsd: false, dotFiles: 'never' });
    put(stage.laptop.folder, 'mine.txt', 'mine');
    const shown = [await stage.laptop.show(), await stage.laptop.show()];
    for (const { code, out, err } of shown) {
      expect(code, `${out}\n${err}`).to.equal(1);
      expect(out + err).to.match(/hides .*names that begin with a dot.*force_dot_files=YES/s);
    }
    expect([...readTree(stage.laptop.folder).keys()]).to.deep.equal(['mine.txt']);
    expect([...readTree(stage.place).keys()]).to.deep.equal([]);
  });
});
