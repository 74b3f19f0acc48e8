/**
 * What the configuration may say about a mounted folder. Only shapes and descriptions; nothing is looked at here.
 */
import { z } from '../../src/plugin-api.ts';

export const mountOptions = z
  .strictObject({
    path: z
      .string()
      .min(1)
      .describe('The directory that is the store. Relative paths count from the config file.'),
    requireMount: z
      .boolean()
      .optional()
      .describe(
        'Refuse to work unless something is mounted exactly at this path; default: when there is a mountCommand, or /etc/fstab names the path',
      ),
    mountCommand: z
      .string()
      .min(1)
      .optional()
      .describe('Shell command that mounts it, run before a sync if nothing is mounted there yet'),
    unmountCommand: z
      .string()
      .min(1)
      .optional()
      .describe('Shell command that unmounts it, run after the sync if the mountCommand was'),
    commandTimeout: z
      .int()
      .min(1)
      .max(3600)
      .default(50)
      .describe('Seconds after which either command is given up'),
  })
  .refine(
    ({ mountCommand, unmountCommand }) =>
      (mountCommand === undefined) === (unmountCommand === undefined),
    {
      error: 'mountCommand and unmountCommand belong together: nothing may stay mounted behind',
      path: ['mountCommand'],
    },
  );

export type MountOptions = z.infer<typeof mountOptions>;
