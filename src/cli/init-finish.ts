/** The last steps of `ownsync init`: what joining costs, writing the file, and what to type next. */
import { statSync } from 'node:fs';
import type { AgentParts } from '../agent.ts';
import { defaultConfigFile } from '../config/places.ts';
import { saveConfig } from '../config/save.ts';
import type { Transport } from '../core/ports/transport.ts';
import type { StoreProfile } from '../transport/profile.ts';
import type { Teller } from './init-connection.ts';
import { costLines, costOf } from './init-cost.ts';
import type { Drafted, Target } from './init-draft.ts';
import type { Program } from './program.ts';

export interface End {
  readonly program: Program;
  readonly target: Target;
  readonly draft: Drafted;
  readonly store: string;
  readonly folder: string;
}

interface Joining {
  readonly program: Program;
  readonly draft: Drafted;
  readonly folder: string;
  readonly transport: Transport;
}

export async function tellCost(joining: Joining, teller: Teller): Promise<void> {
  const { draft, transport, program } = joining;
  const folder = draft.config.folders.find(({ name }) => name === joining.folder);
  if (folder === undefined) return;
  const cost = await costOf(transport, folder, program.signal);
  teller.say(costLines(cost, folder.path).join('\n'));
}

/** ORDER: the file first. What was measured of a store that no file names would be read by nobody. */
export function finish(
  { target, draft, store }: End,
  measured?: { readonly parts: AgentParts; readonly profile: StoreProfile },
): void {
  saveConfig(target.file, { text: draft.text, before: target.before });
  if (measured !== undefined && measured.parts.profiles.load(store) === undefined)
    measured.parts.profiles.save(store, measured.profile);
}

/** What writing would do, said before it is done. */
export function planWords({ target, store, folder }: End, isNewStore: boolean): string {
  const what = isNewStore
    ? `the store "${store}" and the folder "${folder}"`
    : `the folder "${folder}"`;
  if (target.before === undefined) return `Write ${target.file} with ${what}?`;
  const isOpen = (statSync(target.file).mode & 0o077) !== 0 && process.platform !== 'win32';
  const mode = isOpen ? ', and let nobody but you read it' : '';
  return `Add ${what} to ${target.file}${mode}? What is in it stays.`;
}

/** What was done, and the next command. */
export function nextLines({ program, target, folder }: End): readonly string[] {
  const { around } = program;
  const isUsual =
    target.file === (around.env['OWNSYNC_CONFIG'] ?? '') ||
    target.file === defaultConfigFile(around);
  const named = isUsual ? '' : ` --config ${quoted(target.file)}`;
  const command = `ownsync sync ${quoted(folder)}${named}`;
  return [`wrote ${target.file}`, `next: ${command} --dry-run`, `then: ${command}`];
}

function quoted(text: string): string {
  return /^[\w./~:-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
