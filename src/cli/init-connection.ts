/**
 * Tries a store that is being set up: opens it, asks the doctor's few quick questions where the folder will be, and says in words
 * what it found. What it puts on the store it removes again.
 */
import type { AgentParts } from '../agent.ts';
import type { Transport } from '../core/ports/transport.ts';
import { examine } from '../doctor/examine.ts';
import type { Examination } from '../doctor/examine.ts';
import { resultLines } from '../doctor/report.ts';
import { withRoot } from '../transport/layers/root.ts';
import type { Tone } from './init-asker.ts';
import { parsedOptions } from './init-options.ts';
import type { Options } from './init-options.ts';
import type { StoreDraft } from './init-draft.ts';
import type { Program } from './program.ts';
import { ConfigError } from '../config/problem.ts';
import { explain, explanationLines } from './explain.ts';

/** Where words go: a person's screen, or plain lines. */
export interface Teller {
  say(text: string, tone?: Tone): void;
}

/** What decides whether the first sync will go well; the whole list is the doctor's. */
const QUESTIONS: readonly string[] = [
  'listing.hidden',
  'listing.missing',
  'rename.directory-onto-full',
  'rename.file-onto-file',
  'content.whole',
  'times.set',
  'times.listing',
  'server.parallel',
  'server.round-trip',
];

export type Opened =
  | { readonly ok: true; readonly transport: Transport }
  | { readonly ok: false; readonly message: string; readonly exit: number };

/** What is wrong comes as a text for a person. What was stopped is thrown on. */
export async function tryOpen(
  parts: AgentParts,
  name: string,
  { secrets, signal }: Program,
): Promise<Opened> {
  try {
    return { ok: true, transport: await parts.openRaw(name) };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ConfigError) {
      const lines = error.problems.map(({ where, message }) => `${where}: ${message}`);
      return { ok: false, message: secrets.redact(lines.join('\n')), exit: 2 };
    }
    const told = explain(error, { store: name, redact: secrets.redact });
    return { ok: false, message: explanationLines(told).join('\n'), exit: told.exit };
  }
}

interface Trial {
  readonly program: Program;
  readonly parts: AgentParts;
  readonly store: string;
  /** Of the folder; what of it is there already is where the questions are asked. */
  readonly path: string;
  readonly transport: Transport;
}

/** Fails with TransportError when the store cannot be worked on there. */
export async function tryOut(trial: Trial, teller: Teller): Promise<Examination> {
  const { program, parts, store, transport } = trial;
  const { signal, secrets } = program;
  const place = await deepestPlace(transport, trial.path, signal);
  const found = await examine({
    transport: withRoot(transport, place),
    connect: async () => withRoot(await parts.openRaw(store), place),
    ...{ clock: parts.clock, random: parts.random, signal, quick: true, only: QUESTIONS },
  });
  const { identity } = found.about;
  const odd = found.results.filter(({ finding }) => finding.verdict !== 'good');
  teller.say(
    `the store works${identity === '' ? '' : `: ${identity}`}; ${found.results.length} questions asked`,
    'good',
  );
  const lines = odd.flatMap((result) => resultLines(result));
  if (lines.length > 0) {
    const isBad = odd.some(({ finding }) => finding.verdict === 'bad');
    teller.say(secrets.redact(lines.join('\n')), isBad ? 'bad' : 'plain');
  }
  return found;
}

/** How much of the path is there. */
async function deepestPlace(
  transport: Transport,
  path: string,
  signal: AbortSignal,
): Promise<string> {
  let place = path;
  while (place !== '') {
    const found = await transport.look(place, signal);
    if (found !== 'absent' && found.kind === 'directory') return place;
    place = place.includes('/') ? place.slice(0, place.lastIndexOf('/')) : '';
  }
  return '';
}

/** What the plugin itself would rather have said, where the person said nothing. */
export async function withSuggestions(
  store: StoreDraft,
  baseDirectory: string,
  teller: Teller,
): Promise<StoreDraft> {
  if (!store.isNew || store.plugin.suggest === undefined) return store;
  const parsed = parsedOptions(store.plugin, store.options);
  if (parsed === undefined) return store;
  const suggested: Options = await store.plugin.suggest({ ...parsed }, { baseDirectory });
  const added = Object.entries(suggested).filter(([key]) => !(key in store.options));
  for (const [key, value] of added) {
    teller.say(`${key}: ${JSON.stringify(value)} is set, as the plugin suggests`);
  }
  return { ...store, options: { ...store.options, ...Object.fromEntries(added) } };
}
