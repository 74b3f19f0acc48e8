/** Sets up a folder from flags alone: nobody is asked, and what is wrong ends it before anything is written. */
import { dirname } from 'node:path';
import { absolutePath } from '../config/places.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { drafted, freeName, nameFor } from './init-draft.ts';
import type { FolderDraft, StoreDraft, Target } from './init-draft.ts';
import { tryOpen, tryOut, withSuggestions } from './init-connection.ts';
import type { Teller } from './init-connection.ts';
import { finish, nextLines, tellCost } from './init-finish.ts';
import { folderNames, isDirectory } from './init-folder.ts';
import type { Given, InitArguments } from './init-given.ts';
import type { Program } from './program.ts';
import { UsageError } from './usage-error.ts';

export interface InitWork {
  readonly program: Program;
  readonly target: Target;
  readonly given: Given;
  readonly args: InitArguments;
}

/** Ends with `incomplete` if the store does something badly; the file is written all the same. */
export async function setUp({ program, target, given, args }: InitWork): Promise<ExitCode> {
  const { terminal } = program;
  const teller: Teller = {
    say: (text, tone) => {
      (tone === 'bad' ? terminal.err : terminal.out)(text);
    },
  };
  const store = await withSuggestions(storeOf(given, target), dirname(target.file), teller);
  const folder = folderOf(given, target);
  const place = absolutePath(folder.local, dirname(target.file), program.around.home);
  if (!isDirectory(place))
    throw new UsageError(`--local: there is no directory ${place}; make it first`);
  const draft = await drafted(program, target, { client: given.client, store, folder });
  const end = { program, target, draft, store: store.name, folder: folder.name };
  if (!args.test) {
    finish(end);
    nextLines(end).forEach((line) => teller.say(line));
    return EXIT.inSync;
  }
  const parts = await program.partsFor(draft.config, program);
  const opened = await tryOpen(parts, store.name, program);
  if (!opened.ok) {
    terminal.err(`${opened.message}\nnothing was written; --no-test writes without trying`);
    return opened.exit === EXIT.usage ? EXIT.usage : EXIT.failed;
  }
  const { transport } = opened;
  try {
    const path = draft.config.folders.find(({ name }) => name === folder.name)?.path ?? '';
    const found = await tryOut({ program, parts, store: store.name, path, transport }, teller);
    await tellCost({ program, draft, folder: folder.name, transport }, teller);
    finish(end, { parts, profile: found.profile });
    nextLines(end).forEach((line) => teller.say(line));
    const isBad = found.results.some(({ finding }) => finding.verdict === 'bad');
    return isBad ? EXIT.incomplete : EXIT.inSync;
  } finally {
    await transport.close();
  }
}

function storeOf({ store }: Given, { known }: Target): StoreDraft {
  const { name, plugin, options } = store;
  if (plugin === undefined) return { name: name ?? '', isNew: false };
  const taken = [...(known?.stores.keys() ?? [])];
  return {
    name: name ?? freeName(plugin.plugin.name, taken),
    isNew: true,
    pluginName: plugin.name,
    plugin: plugin.plugin,
    options,
  };
}

function folderOf({ local = '', name, path }: Given, target: Target): FolderDraft {
  const called = name ?? freeName(nameFor(local), folderNames(target));
  return { local, name: called, path: path ?? `/${called}` };
}
