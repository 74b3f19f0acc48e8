/**
 * What the configuration may say about a mounted folder. Only shapes and descriptions; nothing is looked at here.
 */
import { z } from '../../src/plugin-api.ts';

export const mountOptions = z.strictObject({
  path: z
    .string()
    .min(1)
    .describe('The directory that is the store. Relative paths count from the config file.'),
  requireMount: z
    .boolean()
    .default(false)
    .describe('Refuse to work unless something is mounted exactly at this path.'),
});
