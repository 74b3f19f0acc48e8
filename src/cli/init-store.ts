/**
 * Asks for a store: an existing one, or a plugin and what its schema says that it needs. Knows no plugin but by its schema.
 */
import { builtInNames, loadPlugin } from '../transport/loader.ts';
import type { LoadedPlugin } from '../transport/loader.ts';
import { PluginError } from '../transport/plugin-error.ts';
import type { Asker, Choice } from './init-asker.ts';
import { freeName } from './init-draft.ts';
import type { StoreDraft, Target } from './init-draft.ts';
import { describeOptions, optionProblems, shownValue, valueOf } from './init-options.ts';
import type { OptionInfo, OptionProblem, Options } from './init-options.ts';

/** What was given as flags is not asked. */
export interface GivenStore {
  readonly name: string | undefined;
  readonly plugin: { readonly name: string; readonly plugin: LoadedPlugin } | undefined;
  readonly options: Options;
}

interface Surroundings {
  readonly target: Target;
  readonly given: GivenStore;
  /** Where plugins are looked for. */
  readonly from: string;
  readonly home: string;
}

const NEW = '\0new';
const OTHER = '\0other';
const DONE = '\0done';

export async function askStore(asker: Asker, around: Surroundings): Promise<StoreDraft> {
  const { given, target } = around;
  const known = [...(target.known?.stores.keys() ?? [])];
  if (given.plugin === undefined) {
    if (given.name !== undefined && known.includes(given.name))
      return { name: given.name, isNew: false };
    const existing = await chooseExisting(asker, known);
    if (existing !== undefined) return { name: existing, isNew: false };
  }
  const { name: pluginName, plugin } = given.plugin ?? (await askPlugin(asker, around));
  const options = await askOptions(asker, plugin, given.options);
  const name =
    given.name ??
    (await asker.text({
      message: 'A name for this store, for messages and further folders',
      initial: freeName(plugin.name, known),
      check: (answer) => {
        if (answer.trim() === '') return 'it needs a name';
        return known.includes(answer) ? `there is a store "${answer}" already` : undefined;
      },
    }));
  return { name, isNew: true, pluginName, plugin, options };
}

async function chooseExisting(asker: Asker, known: readonly string[]): Promise<string | undefined> {
  if (known.length === 0) return undefined;
  const chosen = await asker.choose({
    message: 'Where is the folder kept?',
    choices: [
      ...known.map((name) => ({ value: name, label: name, hint: 'is in the file already' })),
      { value: NEW, label: 'on another store' },
    ],
  });
  return chosen === NEW ? undefined : chosen;
}

/** Words for the plugins that come along; any other one has its name only. */
const HINTS: Readonly<Record<string, string>> = {
  ftp: 'a web host, with or without TLS',
  sftp: 'any computer with SSH',
  webdav: 'WebDAV, ownCloud, Nextcloud',
  mount: 'a mounted share, an external disk, any directory',
};

async function askPlugin(
  asker: Asker,
  { from, home }: Surroundings,
): Promise<{ name: string; plugin: LoadedPlugin }> {
  const chosen = await asker.choose({
    message: 'How is the store reached?',
    choices: [
      ...builtInNames.map((name) => ({ value: name, label: name, hint: HINTS[name] ?? '' })),
      { value: OTHER, label: 'another plugin', hint: 'a package or a file of somebody else' },
    ],
  });
  for (;;) {
    const name =
      chosen === OTHER ? await asker.text({ message: 'Name of its package, or its path' }) : chosen;
    try {
      return { name, plugin: await loadPlugin(name, { from, home }) };
    } catch (error) {
      if (!(error instanceof PluginError) || chosen !== OTHER) throw error;
      asker.say(error.message, 'bad');
    }
  }
}

/** The needed ones one by one, then whatever else a person wants to set, until the plugin has no objection. */
async function askOptions(asker: Asker, plugin: LoadedPlugin, given: Options): Promise<Options> {
  const infos = describeOptions(plugin);
  let options: Options = given;
  for (const info of infos) {
    if (info.required && !(info.name in options))
      options = await askOption(asker, { plugin, info, options });
  }
  for (;;) {
    const problems = optionProblems(plugin, options);
    const rest = infos.filter(
      ({ name }) => !(name in options) || problems.some(({ option }) => option === name),
    );
    const unknown = problems.filter(({ option }) => !infos.some(({ name }) => name === option));
    if (rest.length === 0 && unknown.length === 0 && infos.length > 0) return options;
    sayProblems(asker, problems);
    const chosen = await asker.choose({
      message: problems.length === 0 ? 'Anything else to set?' : 'What is to be set?',
      choices: [
        ...(problems.length === 0 ? [{ value: DONE, label: 'no, that is all' }] : []),
        ...rest.map((info) => choiceOf(info, options)),
        ...(infos.length === 0 || unknown.length > 0
          ? [{ value: OTHER, label: 'a setting by its name' }]
          : []),
      ],
    });
    if (chosen === DONE) return options;
    options = await askChosen(asker, { plugin, options, infos, chosen });
  }
}

interface Chosen {
  readonly plugin: LoadedPlugin;
  readonly options: Options;
  readonly infos: readonly OptionInfo[];
  readonly chosen: string;
}

async function askChosen(asker: Asker, { chosen, infos, ...rest }: Chosen): Promise<Options> {
  const info = infos.find(({ name }) => name === chosen);
  if (info !== undefined) return await askOption(asker, { ...rest, info });
  const name = await asker.text({ message: 'Its name' });
  const text = await asker.text({ message: `${name} (empty: not set)` });
  return text === ''
    ? without(rest.options, name)
    : { ...rest.options, [name]: valueOf(undefined, text) };
}

function choiceOf(info: OptionInfo, options: Options): Choice<string> {
  const value = shownValue(info, options);
  const hint = value === 'not set' ? info.description : `${info.description}; ${value}`;
  return { value: info.name, label: info.name, hint };
}

function sayProblems(asker: Asker, problems: readonly OptionProblem[]): void {
  for (const { option, message } of problems)
    asker.say(option === '' ? message : `${option}: ${message}`, 'warn');
}

interface Wanted {
  readonly plugin: LoadedPlugin;
  readonly info: OptionInfo;
  readonly options: Options;
  /** What to offer, where something is known to be better than what is there. */
  readonly proposal?: string | undefined;
}

/** The options with this one answered; an empty answer to one that is not needed takes it out. */
export async function askOption(asker: Asker, wanted: Wanted): Promise<Options> {
  const { info, options } = wanted;
  const value = info.secret ? await askSecret(asker, wanted) : await askValue(asker, wanted);
  return value === undefined ? without(options, info.name) : { ...options, [info.name]: value };
}

async function askValue(asker: Asker, wanted: Wanted): Promise<unknown> {
  const { info, options, proposal } = wanted;
  const message = messageOf(info);
  const current = options[info.name] ?? info.fallback;
  const shown = proposal ?? (current === undefined ? undefined : asTyped(current));
  if (info.kind === 'choice' || info.kind === 'yes-no') {
    const choices = info.kind === 'choice' ? info.choices : [true, false];
    const chosen = await asker.choose({
      message,
      choices: choices.map((choice) => ({ value: String(choice), label: String(choice) })),
      initial: shown,
    });
    return valueOf(info, chosen);
  }
  const answer = await asker.text({
    message: info.required ? message : `${message} (empty: not set)`,
    initial: shown,
    check: (text) => checkValue(wanted, text),
  });
  return answer === '' ? undefined : valueOf(info, answer);
}

function checkValue({ plugin, info, options }: Wanted, text: string): string | undefined {
  if (text === '') return info.required ? 'this is needed' : undefined;
  const problems = optionProblems(plugin, { ...options, [info.name]: valueOf(info, text) });
  // What another option may put right is no reason to refuse this one.
  return problems.find(({ option, isJoint }) => option === info.name && !isJoint)?.message;
}

async function askSecret(asker: Asker, { info }: Wanted): Promise<unknown> {
  const how = await asker.choose({
    message: `${messageOf(info)}: where is it to come from?`,
    choices: [
      { value: 'env', label: 'an environment variable', hint: 'the file names the variable only' },
      { value: 'command', label: 'a command that prints it', hint: 'such as: pass show ftp' },
      { value: 'text', label: 'type it here', hint: 'kept in the file, which only you can read' },
    ],
  });
  const check = (text: string): string | undefined => (text === '' ? 'this is needed' : undefined);
  if (how === 'env') return { env: await asker.text({ message: 'Name of the variable', check }) };
  if (how === 'command') return { command: await asker.text({ message: 'The command', check }) };
  return await asker.hidden({ message: info.name, check });
}

function messageOf({ name, description }: OptionInfo): string {
  return description === '' ? name : `${name}: ${description}`;
}

function asTyped(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function without(options: Options, name: string): Options {
  return Object.fromEntries(Object.entries(options).filter(([key]) => key !== name));
}
