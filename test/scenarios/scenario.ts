/**
 * The large scenario: a generated tree, three computers or more and one store, step by step. Every step fails with what is wrong;
 * none is understood without the ones before it. Told in order by `scenarioSteps`.
 */
import { makeCorpus } from '../corpus/corpus.ts';
import { copyTree, mutate } from '../corpus/mutate.ts';
import type { Act } from '../corpus/mutate.ts';
import { readTree } from '../corpus/tree.ts';
import { isOwn, pathsOf, WRITES } from './client.ts';
import { meetingSteps } from './meetings.ts';
import { wrongOutcomes } from './outcome.ts';
import { equal, noteEdits } from './play.ts';
import type { Scenario, Step } from './play.ts';
import { changedPaths, checkReport, fail, isQuiet, settle, snapshot } from './stage.ts';

export const scenarioSteps: readonly Step[] = [
  { name: 'one computer brings a whole tree', run: firstUpload },
  { name: 'one that has the same files joins without reading them', run: joinWithFiles },
  { name: 'those with an empty folder join', run: joinEmpty },
  { name: 'a round with nothing to do writes nothing', run: stillness },
  {
    name: 'all three work, and sync in turn',
    run: (scenario) => work(scenario, { how: 'in turn', round: 1 }),
  },
  {
    name: 'all three work, and sync at once',
    run: (scenario) => work(scenario, { how: 'at once', round: 2 }),
  },
  ...meetingSteps,
  { name: 'the program itself, as a process, has nothing left to do', run: process },
  { name: 'again, a round with nothing to do writes nothing', run: stillness },
];

async function firstUpload(scenario: Scenario): Promise<void> {
  const { stage, files, seed } = scenario;
  const [laptop, desk] = stage.clients;
  const corpus = makeCorpus(laptop.folder, { seed, files, names: stage.names });
  copyTree(laptop.folder, desk.folder);
  const report = await laptop.sync();
  checkReport(laptop, report);
  const { directories, links, bytes } = corpus;
  scenario.say(
    `${String(files)} files, ${String(directories)} directories, ${String(links)} links, ${(bytes / 1e6).toFixed(0)} MB`,
  );
  const read = pathsOf(laptop, ['read']).filter((path) => !isOwn(path));
  fail('its own files were read from the store', read);
}

async function joinWithFiles({ stage }: Scenario): Promise<void> {
  const [, desk] = stage.clients;
  checkReport(desk, await desk.sync());
  const read = pathsOf(desk, ['read']).filter((path) => !isOwn(path));
  fail('files were read that are here already', read);
  const written = pathsOf(desk, WRITES).filter((path) => !isOwn(path));
  fail('files were written that are on the store already', written);
}

async function joinEmpty(scenario: Scenario): Promise<void> {
  for (const client of scenario.stage.clients.slice(2)) checkReport(client, await client.sync());
  equal(scenario);
}

/** On the store's disk, and in what was asked of it: only each client's own file in `clients/` may have been written. */
async function stillness(scenario: Scenario): Promise<void> {
  const { stage } = scenario;
  const before = snapshot(stage);
  for (const client of stage.clients) {
    const report = await client.sync();
    if (!isQuiet(report)) throw new Error(`${client.name} did ${JSON.stringify(report.done)}`);
    const written = pathsOf(client, WRITES).filter((path) => !isClientFile(path));
    fail(`${client.name} wrote`, written);
  }
  const changed = changedPaths(before, snapshot(stage)).filter((path) => !isClientFile(path));
  fail('the store changed', changed);
}

function isClientFile(path: string): boolean {
  return path.startsWith('.ownsync/clients/');
}

async function work(
  scenario: Scenario,
  { how, round }: { readonly how: 'in turn' | 'at once'; readonly round: number },
): Promise<void> {
  const { stage, seed, share } = scenario;
  const { names } = stage;
  const [first] = stage.clients;
  const before = readTree(first.folder);
  const acts = new Map<string, readonly Act[]>();
  for (const [index, client] of stage.clients.entries()) {
    acts.set(client.name, mutate(client.folder, { seed: seed + 10 * round + index, share, names }));
  }
  noteEdits(
    scenario,
    [...acts.values()].flat().flatMap((act) => (act.kind === 'edit' ? [act] : [])),
  );
  const turns = await settle(stage, how);
  const after = equal(scenario);
  fail('not as it must be', wrongOutcomes(acts, before, after));
  const count = [...acts.values()].flat().length;
  scenario.say(`${String(count)} changes, quiet after ${String(turns)} turns`);
}

async function process({ stage }: Scenario): Promise<void> {
  const [laptop] = stage.clients;
  const { code, out, err } = await laptop.process(['sync']);
  if (code !== 0 || out !== 'documents: in sync\n' || err !== '') {
    throw new Error(`exit code ${String(code)}: ${out}${err}`);
  }
}
