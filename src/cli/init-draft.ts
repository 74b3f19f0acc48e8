/**
 * What is known of a new folder so far, and how it becomes a configuration. Pure but for the schema's place; writes nothing.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config/config.ts';
import { addToConfig, EditError } from '../config/edit.ts';
import { parseConfig } from '../config/load.ts';
import { isWithin } from '../config/places.ts';
import { ConfigError } from '../config/problem.ts';
import type { LoadedPlugin } from '../transport/loader.ts';
import type { Options } from './init-options.ts';
import { pluginOptions } from './plugin-options.ts';
import type { Program } from './program.ts';
import { UsageError } from './usage-error.ts';

/** A store that is in the file already, or a new one. */
export type StoreDraft =
  | { readonly name: string; readonly isNew: false }
  | {
      readonly name: string;
      readonly isNew: true;
      /** As the configuration says it. */
      readonly pluginName: string;
      readonly plugin: LoadedPlugin;
      readonly options: Options;
    };

export interface FolderDraft {
  readonly name: string;
  /** As a person wrote it. */
  readonly local: string;
  readonly path: string;
}

/** Where it all goes. */
export interface Target {
  /** Absolute. */
  readonly file: string;
  /** Undefined: there is no file yet. */
  readonly before: string | undefined;
  readonly known: Config | undefined;
}

interface Draft {
  readonly client: string | undefined;
  readonly store: StoreDraft;
  /** Undefined: not yet known. */
  readonly folder?: FolderDraft;
}

export interface Drafted {
  readonly text: string;
  readonly config: Config;
}

/** Fails with {@link UsageError}: all that is wrong with it, in words. */
export async function drafted(program: Program, target: Target, draft: Draft): Promise<Drafted> {
  const { client, store, folder } = draft;
  try {
    const text = addToConfig(
      target.before,
      {
        client,
        ...(store.isNew
          ? { store: { name: store.name, plugin: store.pluginName, options: store.options } }
          : {}),
        ...(folder === undefined ? {} : { folder: { ...folder, store: store.name } }),
      },
      { schema: schemaFor(target.file) },
    );
    const checkOptions = pluginOptions(program.around.home);
    const config = await parseConfig(text, target.file, { ...program.around, checkOptions });
    return { text, config };
  } catch (error) {
    if (error instanceof EditError) {
      throw new UsageError(`${target.file} cannot be added to: ${error.message}`);
    }
    if (!(error instanceof ConfigError)) throw error;
    // The places in a file that is not written yet would lead nowhere.
    const lines = error.problems.map(({ where, message }) => `  ${where}: ${message}`);
    throw new UsageError(['this does not go together:', ...lines].join('\n'));
  }
}

/** As the file names it: relative where both lie together, so that they can be moved together. */
function schemaFor(file: string): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const places = ['../../', '../../../'].map((up) => `${here}/${up}schema/config.schema.json`);
  const found = relative('/', places.find((place) => existsSync(place)) ?? places[0] ?? '');
  const schema = `/${found}`;
  const root = dirname(dirname(schema));
  return isWithin(file, root) ? `./${relative(dirname(file), schema)}` : schema;
}

/** A free name like `wanted`. */
export function freeName(wanted: string, taken: readonly string[]): string {
  const isTaken = (name: string): boolean =>
    taken.some((other) => other.toLowerCase() === name.toLowerCase());
  if (!isTaken(wanted)) return wanted;
  let number = 2;
  while (isTaken(`${wanted}${number}`)) number += 1;
  return `${wanted}${number}`;
}

/** A name for a folder after its directory, of what names may hold. */
export function nameFor(local: string): string {
  const letters = basename(local.replace(/[/\\]+$/, '')).replace(/[^\p{L}\p{N} ._-]/gu, '');
  const name = letters.replace(/^[^\p{L}\p{N}]+/u, '').slice(0, 60);
  return name.replace(/[ .]+$/, '').toLowerCase() || 'folder';
}
