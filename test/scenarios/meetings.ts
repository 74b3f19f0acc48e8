/**
 * Steps of the scenario in which two people, or people and another program, meet at one path. They share their rounds: what
 * is prepared in the first, meets in the second, and is deleted on the store in the third.
 */
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { digestOf } from '../corpus/tree.ts';
import type { Tree } from '../corpus/tree.ts';
import { equal, noteEdits } from './play.ts';
import type { Scenario, Step } from './play.ts';
import { fail, settle } from './stage.ts';
import { giveToServer } from './stores.ts';

export const meetingSteps: readonly Step[] = [
  { name: 'another program puts files on the store: they are everywhere', run: prepare },
  { name: 'edits meet edits, deletions and another program: nothing is lost', run: meet },
  { name: 'another program deletes on the store: it is gone everywhere', run: deleteOnStore },
];

const BOTH = 'both wrote this.txt';
/** Of equal length, and written with one time: nothing but the content tells them apart. */
const BOTH_TEXTS = ['written on the laptop ...', 'written at the desktop ..'] as const;
const DELETED_FIRST = 'deleted first.txt';
const EDITED_FIRST = 'edited first.txt';
const DEEP = 'deleted dir/a/b.txt';
const FOREIGN = ['put by another program.txt', 'put by another program/inside [1].txt'] as const;

async function prepare(scenario: Scenario): Promise<void> {
  const { stage } = scenario;
  const [laptop] = stage.clients;
  for (const path of [BOTH, DELETED_FIRST, EDITED_FIRST, DEEP]) {
    put(laptop.folder, path, `old ${path}`);
  }
  for (const path of FOREIGN) putOnStore(scenario, path, { text: `first ${path}`, time: 1.65e9 });
  await settle(stage, 'in turn');
  checkHeld(equal(scenario), FOREIGN, 'first');
}

async function meet(scenario: Scenario): Promise<void> {
  const { stage } = scenario;
  const [laptop, desk] = stage.clients;
  put(laptop.folder, BOTH, BOTH_TEXTS[0], 1.7e9);
  put(desk.folder, BOTH, BOTH_TEXTS[1], 1.7e9);
  // The laptop syncs first: with its deletions, and with its edit.
  rmSync(join(laptop.folder, DELETED_FIRST));
  rmSync(join(laptop.folder, 'deleted dir'), { recursive: true });
  put(laptop.folder, EDITED_FIRST, `new ${EDITED_FIRST}`);
  put(desk.folder, DELETED_FIRST, `new ${DELETED_FIRST}`);
  put(desk.folder, DEEP, `new ${DEEP}`);
  rmSync(join(desk.folder, EDITED_FIRST));
  const edited = [DELETED_FIRST, EDITED_FIRST, DEEP];
  const made = [
    ...BOTH_TEXTS.map((text) => ({ path: BOTH, text })),
    ...edited.map((path) => ({ path, text: `new ${path}` })),
  ];
  noteEdits(
    scenario,
    made.map(({ path, text }) => ({ path, digest: digestOf(Buffer.from(text)) })),
  );
  for (const path of FOREIGN)
    putOnStore(scenario, path, { text: `other ${path}`, time: 1.65e9 + 1 });
  await settle(stage, 'in turn');
  const tree = equal(scenario);
  checkBoth(tree);
  checkHeld(tree, edited, 'new');
  checkHeld(tree, FOREIGN, 'other');
}

/** Each content at one name, the same on all, one of them the name itself. */
function checkBoth(tree: Tree): void {
  const names = BOTH_TEXTS.flatMap((text) => namesOf(tree, text));
  const [winner, loser] = names.sort((a, b) => a.length - b.length);
  const copy = /^both wrote this \(conflict from (laptop|desk) 2023-11-14 [0-9a-f]{6}\)\.txt$/;
  if (names.length === 2 && winner === BOTH && copy.test(loser ?? '')) return;
  throw new Error(`the two edits are kept as ${names.join(' and ')}`);
}

async function deleteOnStore(scenario: Scenario): Promise<void> {
  const { stage } = scenario;
  for (const path of FOREIGN) rmSync(join(stage.place, path));
  await settle(stage, 'in turn');
  const tree = equal(scenario);
  fail(
    'what was deleted on the store is still there',
    FOREIGN.filter((path) => tree.has(path)),
  );
}

function put(root: string, path: string, text: string, time?: number): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  if (time !== undefined) utimesSync(join(root, path), time, time);
}

/** As another FTP client would: straight on the server's disk. */
function putOnStore(
  { stage }: Scenario,
  path: string,
  { text, time }: { readonly text: string; readonly time: number },
): void {
  put(stage.place, path, text, time);
  giveToServer(stage.store, join(stage.place, path));
}

/** Each path holds `<which> <path>`, and nothing else does. */
function checkHeld(tree: Tree, paths: readonly string[], which: string): void {
  const wrong = paths.filter((path) => namesOf(tree, `${which} ${path}`).join('') !== path);
  fail(`the ${which} content is not where it belongs`, wrong);
}

function namesOf(tree: Tree, text: string): string[] {
  const digest = digestOf(Buffer.from(text));
  return [...tree].flatMap(([path, node]) =>
    node.kind === 'file' && node.digest === digest ? [path] : [],
  );
}
