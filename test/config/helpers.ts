/** Loads configurations from text as one fixed computer would. */
import { z } from 'zod';
import { checkOptions } from '../../src/config/options.ts';
import { parseConfig } from '../../src/config/load.ts';
import type { LoadContext } from '../../src/config/load.ts';
import { ConfigError } from '../../src/config/problem.ts';
import type { LoadedPlugin } from '../../src/transport/loader.ts';

const PLUGIN: LoadedPlugin = {
  name: 'box',
  contract: 1,
  options: z.object({
    host: z.string().describe('Name of the computer.'),
    port: z.number().int().min(1).max(65_535).default(21),
    tls: z.enum(['off', 'explicit', 'implicit']).default('explicit'),
    password: z.string().describe('Of the account.'),
  }),
  secrets: ['password'],
  open: () => Promise.reject(new Error('not in these tests')),
};

export const CONTEXT: LoadContext = {
  platform: 'linux',
  home: '/home/alice',
  env: {},
  hostName: 'laptop',
  checkOptions: (store, yaml) =>
    Promise.resolve(store.plugin === 'box' ? checkOptions(store, { plugin: PLUGIN, yaml }) : []),
};

export const load = (text: string) => parseConfig(text, '/etc/sync/config.yaml', CONTEXT);

/** The problems of a text, as `line:column where: message`. */
export async function problemsIn(text: string): Promise<string[]> {
  try {
    await load(text);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(
      ({ line, column, where, message }) => `${line}:${column} ${where}: ${message}`,
    );
  }
}
