/**
 * What was measured of one store, kept beside what its plugin claims. Pure: which of the two holds.
 */
import { z } from 'zod';
import type { Capabilities } from '../core/ports/transport.ts';

const targetRule = z.enum(['refuses', 'replaces', 'unknown']);

/** Facts that only trying can tell; each replaces the plugin's claim. */
export const measuredShape = z.strictObject({
  renameOnto: z
    .strictObject({ file: targetRule.optional(), directory: targetRule.optional() })
    .optional(),
  modified: z.enum(['none', 'read', 'set']).optional(),
  modifiedPrecision: z.number().int().positive().optional(),
  etag: z.enum(['none', 'weak', 'strong']).optional(),
  ids: z.boolean().optional(),
  caseSensitive: z.boolean().optional(),
  unicode: z.enum(['as-given', 'nfc', 'nfd']).optional(),
  nameBytes: z.number().int().positive().optional(),
  parallel: z.number().int().positive().optional(),
});

export type Measured = z.infer<typeof measuredShape>;

export const profileShape = z.strictObject({
  profile: z.literal(1),
  /** The server as it called itself when it was measured. */
  identity: z.string(),
  /** Milliseconds since 1970. */
  at: z.number(),
  /** Only the few quick questions were asked. */
  quick: z.boolean(),
  measured: measuredShape,
});

export type StoreProfile = z.infer<typeof profileShape>;

/** Two measurements as one; of the same fact the later one holds. */
export function addMeasured(first: Measured, second: Measured): Measured {
  const renameOnto = { ...first.renameOnto, ...second.renameOnto };
  return {
    ...first,
    ...second,
    ...(Object.keys(renameOnto).length === 0 ? {} : { renameOnto }),
  };
}

/**
 * The plugin's claims, refined. What needs an operation that the plugin does not offer stays unclaimed, and what the plugin
 * claims to be less is not raised by looking from outside, except where trying is the only way to know: renames.
 */
export function refine(claimed: Capabilities, measured: Measured): Capabilities {
  const { renameOnto, modified, modifiedPrecision, etag, ids, parallel, ...rest } = measured;
  return {
    ...claimed,
    ...defined(rest),
    renameOnto: { ...claimed.renameOnto, ...defined(renameOnto ?? {}) },
    modified: weakest(['none', 'read', 'set'], claimed.modified, modified),
    // The coarser of both: what one operation shows exactly, another may round.
    modifiedPrecision: Math.max(claimed.modifiedPrecision, modifiedPrecision ?? 0),
    etag: weakest(['none', 'weak', 'strong'], claimed.etag, etag),
    ids: claimed.ids && (ids ?? true),
    parallel: Math.min(claimed.parallel, parallel ?? claimed.parallel),
  };
}

type Defined<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

function defined<T extends object>(values: T): Partial<Defined<T>> {
  const kept = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as Partial<Defined<T>>;
}

function weakest<T extends string>(order: readonly T[], claimed: T, measured: T | undefined): T {
  if (measured === undefined) return claimed;
  return order.indexOf(measured) < order.indexOf(claimed) ? measured : claimed;
}
