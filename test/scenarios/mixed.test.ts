/**
 * Four computers, each by another way to one and the same directory: they stay equal, and what one way tells of a file
 * (whole seconds or milliseconds, etags, ids) is never taken for a change by another.
 */
import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { needs } from '../support/skips.ts';
import { isOwn, pathsOf, WRITES } from './client.ts';
import type { Client } from './client.ts';
import { openMixedStage } from './mixed.ts';
import type { Ways } from './mixed.ts';
import { equal } from './play.ts';
import type { Scenario, Step } from './play.ts';
import { scenarioSteps } from './scenario.ts';
import { checkReport, fail, isQuiet } from './stage.ts';
import { giveToServer, whyNot } from './stores.ts';

/** The first plays the whole scenario. */
const mixes: readonly { readonly ways: Ways; readonly steps: readonly Step[] }[] = [
  { ways: ['proftpd', 'openssh', 'apache', 'mount'], steps: scenarioSteps },
  { ways: ['lighttpd', 'mount', 'vsftpd', 'openssh'], steps: [] },
];

const FILES = 120;

for (const { ways, steps } of mixes) {
  describe(`four computers by ${ways.join(', ')}`, function () {
    this.timeout(180_000);
    let scenario: Scenario | undefined;
    let failed = false;
    const step = (name: string, run: (scenario: Scenario) => Promise<void>): void => {
      it(name, async () => {
        if (failed || scenario === undefined) throw new Error('an earlier step failed');
        failed = true;
        await run(scenario);
        failed = false;
      });
    };

    before(async function () {
      for (const way of ways) {
        const why = await whyNot(way);
        needs(this, way, why === undefined, why ?? '');
      }
      scenario = {
        stage: await openMixedStage(ways),
        ...{ files: FILES, seed: 2, share: 0.03 },
        ...{ edits: new Map(), replacing: new Map(), say: () => undefined },
      };
    });
    after(async () => {
      await scenario?.stage.close();
    });

    for (const { name, run } of steps) step(name, run);
    step('what one placed is read once by each other one, and then by nobody', placeInTurn);
    step('what another program wrote is read once by each, and then by nobody', placeByOthers);
  });
}

const [EDITED, ADDED, MOVED, GONE] = ['edited.txt', 'added.txt', 'moved.txt', 'gone.txt'];

/** Equal in size and in their own time to the second: what is told of them is all that tells them apart. */
async function placeInTurn(scenario: Scenario): Promise<void> {
  const { stage } = scenario;
  await allSync(stage.clients, stage.clients[0], (folder) => {
    for (const name of [EDITED, MOVED, GONE]) put(folder, `turns/${name}`, `before ${name}`);
  });
  for (const [turn, writer] of stage.clients.entries()) {
    const number = String(turn);
    const news = [`turns/${number}/${ADDED}`, `turns/${EDITED}`];
    const read = await allSync(stage.clients, writer, (folder) => {
      put(folder, `turns/${EDITED}`, `change ${number} ${EDITED}`);
      put(folder, `turns/${number}/${ADDED}`, `new ${number}`);
      const moved = join(folder, 'turns', turn === 0 ? MOVED : `${number} ${MOVED}`);
      renameSync(moved, join(folder, 'turns', `${String(turn + 1)} ${MOVED}`));
      if (turn === 0) rmSync(join(folder, 'turns', GONE));
    });
    for (const [client, paths] of read) {
      const wanted = client === writer.name ? [] : news;
      fail(`${client} read after ${writer.name} placed`, otherThan(paths, wanted));
    }
    await checkStill(stage.clients);
  }
  equal(scenario);
}

async function placeByOthers(scenario: Scenario): Promise<void> {
  const { stage } = scenario;
  const path = `turns/${EDITED}`;
  for (const [turn, first] of stage.clients.entries()) {
    const read = await allSync(stage.clients, first, () => {
      // A time that the path had before would make it an old version that came back.
      put(stage.place, path, `others ${String(turn)} ${EDITED}`, 1.6e9 + turn);
      giveToServer(stage.store, join(stage.place, path));
    });
    for (const [client, paths] of read) {
      fail(`${client} read what another program wrote`, otherThan(paths, [path]));
    }
  }
  await checkStill(stage.clients);
  equal(scenario);
}

/** `writer` acts and syncs, then all others. Returns which users' files each of them read. */
async function allSync(
  clients: readonly Client[],
  writer: Client,
  act: (folder: string) => void,
): Promise<Map<string, string[]>> {
  act(writer.folder);
  const read = new Map<string, string[]>();
  for (const client of [writer, ...clients.filter((one) => one !== writer)]) {
    checkReport(client, await client.sync());
    read.set(client.name, usersPaths(client, ['read']));
    if (client !== writer) fail(`${client.name} wrote`, usersPaths(client, WRITES));
  }
  return read;
}

/** Nobody reads a file, and nobody writes anything but its own file in `clients/`. */
async function checkStill(clients: readonly Client[]): Promise<void> {
  for (const client of clients) {
    const report = await client.sync();
    if (!isQuiet(report)) throw new Error(`${client.name} did ${JSON.stringify(report.done)}`);
    fail(`${client.name} read`, usersPaths(client, ['read']));
    const written = pathsOf(client, WRITES);
    fail(
      `${client.name} wrote`,
      written.filter((path) => !path.startsWith('.ownsync/clients/')),
    );
  }
}

function usersPaths(client: Client, operations: readonly string[]): string[] {
  return pathsOf(client, operations).filter((path) => !isOwn(path));
}

/** One line where the paths are not the wanted ones, in whatever order. */
function otherThan(paths: readonly string[], wanted: readonly string[]): string[] {
  const [is, must] = [paths, wanted].map((list) => JSON.stringify([...list].sort()));
  return is === must ? [] : [`${String(is)} instead of ${String(must)}`];
}

function put(root: string, path: string, text: string, time = 1.7e9 + 0.25): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  utimesSync(join(root, path), time, time);
}
