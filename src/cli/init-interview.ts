/**
 * Sets up a folder with a person: asks what no flag has said, tries it at once, and lets them put right what is wrong. Writes
 * nothing before they say yes.
 */
import { dirname } from 'node:path';
import type { AgentParts } from '../agent.ts';
import { TransportError } from '../core/ports/transport.ts';
import type { Transport } from '../core/ports/transport.ts';
import type { Examination } from '../doctor/examine.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { explain, explanationLines } from './explain.ts';
import { StoppedError } from './init-asker.ts';
import type { Asker } from './init-asker.ts';
import { tryOpen, tryOut, withSuggestions } from './init-connection.ts';
import { drafted } from './init-draft.ts';
import type { Drafted, FolderDraft, StoreDraft } from './init-draft.ts';
import { finish, nextLines, planWords, tellCost } from './init-finish.ts';
import type { InitWork } from './init-flags.ts';
import { askFolder } from './init-folder.ts';
import type { GivenFolder } from './init-folder.ts';
import { describeOptions } from './init-options.ts';
import { askOption, askStore } from './init-store.ts';
import { UsageError } from './usage-error.ts';

export async function interview(work: InitWork, asker: Asker): Promise<ExitCode> {
  const { program, target, args } = work;
  asker.begin(
    target.before === undefined
      ? `Sets up a folder in ${target.file}, which is new`
      : `Adds a folder to ${target.file}`,
  );
  const { store, transport } = await askUntilOpen(work, asker);
  try {
    const client = await askClient(work, asker);
    const placed = await askUntilPlaced({ ...work, store, client, transport }, asker);
    const { draft, folder, found } = placed;
    const end = { program, target, draft, store: store.name, folder: folder.name };
    if (transport !== undefined)
      await tellCost({ program, draft, folder: folder.name, transport }, asker);
    if (!(await asker.confirm(planWords(end, store.isNew)))) throw new StoppedError();
    const parts = await program.partsFor(draft.config, program);
    finish(end, found === undefined ? undefined : { parts, profile: found.profile });
    asker.end(nextLines(end).join('\n   '));
    const isBad = found?.results.some(({ finding }) => finding.verdict === 'bad') === true;
    return isBad && args.test ? EXIT.incomplete : EXIT.inSync;
  } finally {
    await transport?.close();
  }
}

interface OpenStore {
  readonly store: StoreDraft;
  /** Undefined: the person goes on without it. */
  readonly transport: Transport | undefined;
}

async function askUntilOpen(work: InitWork, asker: Asker): Promise<OpenStore> {
  const { program, target, given, args } = work;
  const from = dirname(target.file);
  const around = { target, given: given.store, from, home: program.around.home };
  let store = await withSuggestions(await askStore(asker, around), from, asker);
  for (;;) {
    if (!args.test) return { store, transport: undefined };
    asker.say('Connecting …');
    const { config } = await drafted(program, target, { client: undefined, store });
    const parts = await program.partsFor(config, program);
    const opened = await tryOpen(parts, store.name, program);
    if (opened.ok) return { store, transport: opened.transport };
    asker.say(opened.message, 'bad');
    const next = await whatNow(asker, store.isNew);
    if (next === 'skip') return { store, transport: undefined };
    if (next === 'correct' && store.isNew) store = await correct(store, opened.message, asker);
  }
}

async function whatNow(asker: Asker, canCorrect: boolean): Promise<'correct' | 'again' | 'skip'> {
  const next = await asker.choose({
    message: 'What now?',
    choices: [
      ...(canCorrect ? [{ value: 'correct' as const, label: 'correct a setting' }] : []),
      { value: 'again', label: 'try again' },
      { value: 'skip', label: 'go on without trying the store' },
      { value: 'stop', label: 'stop, and write nothing' },
    ],
  });
  if (next === 'stop') throw new StoppedError();
  return next;
}

/** What the message speaks of comes first, with the value that it names. */
async function correct(
  store: StoreDraft & { isNew: true },
  message: string,
  asker: Asker,
): Promise<StoreDraft> {
  const infos = describeOptions(store.plugin);
  const isMeant = (name: string): boolean => new RegExp(`\\b${escaped(name)}\\b`).test(message);
  const meant = [...infos.filter(({ name }) => isMeant(name))];
  const rest = infos.filter(({ name }) => !isMeant(name));
  const chosen = await asker.choose({
    message: 'Which one?',
    choices: [...meant, ...rest].map(({ name, description }) => {
      return { value: name, label: name, hint: description };
    }),
  });
  const info = infos.find(({ name }) => name === chosen);
  if (info === undefined) return store;
  const named = new RegExp(`\\b${escaped(chosen)}: "?([^\\s"\`]+)"?`).exec(message)?.[1];
  const { plugin, options } = store;
  const proposal = info.secret ? undefined : named;
  return { ...store, options: await askOption(asker, { plugin, info, options, proposal }) };
}

function escaped(name: string): string {
  return name.replace(/[^\w]/g, '\\$&');
}

async function askClient(
  { program, target, given }: InitWork,
  asker: Asker,
): Promise<string | undefined> {
  if (target.known !== undefined) return given.client;
  return (
    given.client ??
    (await asker.text({
      message: 'A name for this computer, for conflict copies and your other computers',
      initial: program.around.hostName,
      check: (text) => (text.trim() === '' ? 'it needs a name' : undefined),
    }))
  );
}

interface Placing extends InitWork, OpenStore {
  readonly client: string | undefined;
}

interface Placed {
  readonly draft: Drafted;
  readonly folder: FolderDraft;
  /** Undefined: the store was not tried. */
  readonly found: Examination | undefined;
}

/** Asks for the folder until it goes together with the rest, and the store can be worked on at its place. */
async function askUntilPlaced(placing: Placing, asker: Asker): Promise<Placed> {
  const { program, target, args, client, store } = placing;
  let given: GivenFolder = placing.given;
  const around = { target, cwd: args.cwd, home: program.around.home };
  for (;;) {
    const folder = await askFolder(asker, given, around);
    // Once it was wrong, all of it is asked again.
    given = { local: undefined, name: undefined, path: undefined };
    try {
      const draft = await drafted(program, target, { client, store, folder });
      const parts = await program.partsFor(draft.config, program);
      return { draft, folder, found: await tried({ ...placing, parts, draft, folder }, asker) };
    } catch (error) {
      program.signal.throwIfAborted();
      if (error instanceof UsageError) asker.say(error.message, 'bad');
      else if (error instanceof TransportError) {
        const told = explain(error, { store: store.name, redact: program.secrets.redact });
        asker.say(explanationLines(told).join('\n'), 'bad');
      } else throw error;
    }
  }
}

type Trying = Placing & { parts: AgentParts; draft: Drafted; folder: FolderDraft };

async function tried(trying: Trying, asker: Asker): Promise<Examination | undefined> {
  const { program, parts, store, transport, draft, folder } = trying;
  if (transport === undefined) return undefined;
  asker.say('Trying out what the store can do …');
  const path = draft.config.folders.find(({ name }) => name === folder.name)?.path ?? '';
  return await tryOut({ program, parts, store: store.name, path, transport }, asker);
}
