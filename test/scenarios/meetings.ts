/**
 * Steps of the scenario in which two people, or a person and another program, meet at one path.
 */
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { digestOf } from '../corpus/tree.ts';
import type { Tree } from '../corpus/tree.ts';
import { equal } from './play.ts';
import type { Scenario } from './play.ts';
import { fail, settle } from './stage.ts';
import { giveToServer } from './stores.ts';

/** Both with the same size and the same time, so that nothing but the content tells them apart. */
export async function concurrentEdits(scenario: Scenario): Promise<void> {
  const { stage, replacing } = scenario;
  const [laptop, desk] = stage.clients;
  const path = 'both wrote this.txt';
  put(laptop.folder, path, 'as it was\n', 1_600_000_000);
  await settle(stage, 'in turn');
  const texts = ['written on the laptop\n', 'written at the desktop\n'].map((text) =>
    text.padEnd(30, '.'),
  );
  put(laptop.folder, path, texts[0] ?? '', 1_700_000_000);
  put(desk.folder, path, texts[1] ?? '', 1_700_000_000);
  for (const text of texts) replacing.add(digestOf(Buffer.from(text)));
  await settle(stage, 'in turn');
  const tree = equal(scenario);
  const names = texts.map((text) => namesOf(tree, text));
  fail(
    'the two edits are not each at one name',
    names.flatMap((found) => (found.length === 1 ? [] : [found.join(', ')])),
  );
  const copy = /^both wrote this \(conflict from (laptop|desk) 2023-11-14 [0-9a-f]{6}\)\.txt$/;
  const [winner, loser] = names.flat().sort((a, b) => a.length - b.length);
  if (winner !== path || !copy.test(loser ?? '')) throw new Error(`kept as ${names.join(' and ')}`);
}

function put(root: string, path: string, text: string, time?: number): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  if (time !== undefined) utimesSync(join(root, path), time, time);
}

function namesOf(tree: Tree, text: string): string[] {
  const digest = digestOf(Buffer.from(text));
  return [...tree].flatMap(([path, node]) =>
    node.kind === 'file' && node.digest === digest ? [path] : [],
  );
}

export async function editAgainstDeletion(scenario: Scenario): Promise<void> {
  const { stage, replacing } = scenario;
  const [laptop, desk] = stage.clients;
  const paths = ['deleted first.txt', 'edited first.txt', 'deleted dir/a/b.txt'];
  for (const path of paths) put(laptop.folder, path, `old ${path}`);
  await settle(stage, 'in turn');
  const [one = '', two = '', three = ''] = paths;
  // The laptop syncs first: once with its deletion, once with its edit.
  rmSync(join(laptop.folder, one));
  put(laptop.folder, two, `new ${two}`);
  rmSync(join(laptop.folder, 'deleted dir'), { recursive: true });
  put(desk.folder, one, `new ${one}`);
  rmSync(join(desk.folder, two));
  put(desk.folder, three, `new ${three}`);
  for (const path of paths) replacing.add(digestOf(Buffer.from(`new ${path}`)));
  await settle(stage, 'in turn');
  const tree = equal(scenario);
  const wrong = paths.filter((path) => namesOf(tree, `new ${path}`).join('') !== path);
  fail('the edit did not survive', wrong);
}

/** As another FTP client would: straight on the server's disk. */
export async function otherProgram(scenario: Scenario): Promise<void> {
  const { stage, replacing } = scenario;
  const files = ['put by another program.txt', 'put by another program/inside [1].txt'];
  const write = (path: string, text: string, time?: number): void => {
    put(stage.place, path, text, time);
    giveToServer(stage.store, join(stage.place, path));
    replacing.add(digestOf(Buffer.from(text)));
  };
  const expect = async (what: string, text: (path: string) => string): Promise<void> => {
    await settle(stage, 'in turn');
    const tree = equal(scenario);
    const wrong = files.filter((path) => namesOf(tree, text(path)).join('') !== path);
    fail(`what was ${what} on the store has not reached all`, wrong);
  };
  for (const path of files) write(path, `first ${path}`, 1_650_000_000);
  await expect('put', (path) => `first ${path}`);
  for (const path of files) write(path, `other ${path}`, 1_650_000_001);
  await expect('changed', (path) => `other ${path}`);
  for (const path of files) rmSync(join(stage.place, path));
  await settle(stage, 'in turn');
  const left = files.filter((path) => equal(scenario).has(path));
  fail('what was deleted on the store is still there', left);
}
