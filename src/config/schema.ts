/**
 * The one source of the configuration's form: types, defaults, descriptions, and through them the JSON schema for editors.
 * Says nothing about how the parts fit together (check.ts) and knows no plugin's options (options.ts).
 */
import { z } from 'zod';
import { DURATION_HELP, DURATION_PATTERN, parseDuration } from './duration.ts';
import { isUsable } from './ignore.ts';
import { parseSize, SIZE_HELP, SIZE_PATTERN } from './size.ts';

const text = (description: string) => z.string().min(1, 'must not be empty').describe(description);

const duration = (fallback: string, description: string) =>
  z
    .string()
    .regex(DURATION_PATTERN, `expected ${DURATION_HELP}`)
    .default(fallback)
    .transform((value) => parseDuration(value) ?? 0)
    .describe(description);

/** A password or key: in the file, in the environment, or printed by a command. */
export const secretSchema = z
  .union([
    z.string(),
    z.strictObject({ env: text('Name of the environment variable that holds it.') }),
    z.strictObject({
      command: text('A shell command that prints it, for example `pass show ftp`.'),
    }),
  ])
  .describe('Text, { env: NAME } or { command: "…" }.');

export type Secret = z.infer<typeof secretSchema>;

/** A store before its plugin is known: the rest of the keys are the plugin's own options. */
export const storeSchema = z
  .looseObject({
    plugin: text('A built-in plugin, the name of an installed package, or the path of a plugin.'),
  })
  .describe('Storage that folders are kept on.');

/** Becomes the name of a directory below `state`, on every platform. */
const FOLDER_NAME = /^[\p{L}\p{N}](?:[\p{L}\p{N} ._-]{0,62}[\p{L}\p{N}_-])?$/u;

export const folderSchema = z
  .strictObject({
    name: z
      .string()
      .regex(
        FOLDER_NAME,
        'expected a name of at most 64 letters, digits, spaces, dots, dashes or underscores that starts with a letter or digit',
      )
      .describe('Names the folder in messages and commands; its state is kept under this name.'),
    local: text(
      'The directory on this computer. Relative paths count from this file; ~ is your home.',
    ),
    store: text('The name of one of the stores above.'),
    path: z
      .string()
      .default('')
      .describe("The folder's place on the store; made when it is missing."),
    ignore: z
      .array(z.string().refine(isUsable, 'too long a rule, or too many wildcards in it'))
      .default([])
      .describe('Rules as in .gitignore; more of them in a file .ownsyncignore inside the folder.'),
    rounds: z
      .enum(['relaxed', 'strict'])
      .default('relaxed')
      .describe('relaxed: waits for nobody. strict: all clients upload before any downloads.'),
    deletedOnStore: z
      .enum(['follow', 'restore'])
      .default('follow')
      .describe('What it means when another program deletes a file on the store.'),
    settle: duration('10s', "How long another program's file must stand still before it is read."),
    retention: duration('30d', 'How long replaced and deleted files are kept.'),
    historySize: z
      .string()
      .regex(SIZE_PATTERN, `expected ${SIZE_HELP}`)
      .transform((value) => parseSize(value) ?? 0)
      .describe(
        'How much of them is kept at most, here and on the store each; no limit if not said.',
      )
      .optional(),
    liveFor: duration('24h', 'A client seen within this time is live: --wait waits for it.'),
    strictWait: duration(
      '5min',
      'In strict rounds: how long a download waits until all live clients have uploaded. 0s: not at all.',
    ),
    webRoot: z
      .boolean()
      .default(false)
      .describe("The store's files are served to the web: protect ownsync's own with a .htaccess."),
  })
  .describe('A local directory and its place on a store.');

export const configSchema = z.strictObject({
  client: text('Readable name of this computer. Default: the host name.').optional(),
  state: text("Where ownsync keeps its local state. Default: the platform's place.").optional(),
  stores: z.record(z.string(), storeSchema).describe('Storage by name.'),
  folders: z.array(folderSchema).describe('What is kept the same, and where.'),
});

export type FolderShape = z.infer<typeof folderSchema>;
