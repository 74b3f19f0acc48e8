/**
 * The small JSON files on the store: `format.json`, `clients/<client>.json`, `holder.json`, `uploads/<client>.json`.
 * Each is read strictly; a torn one counts as not there.
 */
import { z } from 'zod';
import type { Seen } from '../model/version.ts';
import { FormatError, parseLine } from './json-lines.ts';
import { check, clientId, path, seenShape } from './records.ts';
import { FORMAT } from './segment.ts';

const formatShape = z.object({
  ownsync: z.literal('folder'),
  folder: z.string().regex(/^[0-9a-f]{32}$/),
  format: z.int().min(1),
  leastReader: z.int().min(1),
  leastWriter: z.int().min(1),
});

export interface FolderFormat {
  readonly folder: string;
  /** False: made by a newer program that this one must not write beside. */
  readonly usable: boolean;
}

export function encodeFormat(folder: string): string {
  const value = { ownsync: 'folder', folder, format: FORMAT, leastReader: 1, leastWriter: 1 };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

export function decodeFormat(text: string): FolderFormat {
  const shape = check(formatShape, parseLine(text), 'format.json');
  return {
    folder: shape.folder,
    usable: shape.leastReader <= FORMAT && shape.leastWriter <= FORMAT,
  };
}

const damageShape = z.object({ path, expected: z.string().max(100), found: z.string().max(100) });

const clientShape = z.object({
  ownsync: z.literal('client'),
  client: clientId,
  name: z.string().max(200),
  program: z.string().max(100),
  seen: seenShape,
  held: seenShape,
  looked: z.string().max(64).optional(),
  former: z.array(clientId).max(10_000).optional(),
  damaged: z.array(damageShape).max(1000).optional(),
  lastSeen: z.number(),
});

export interface ClientFile {
  readonly client: string;
  readonly name: string;
  readonly program: string;
  /** What it has merged. */
  readonly seen: Seen;
  /** What its disk holds. */
  readonly held: Seen;
  /** Mark of the epochs under which it last brought the store all it had. */
  readonly looked?: string;
  /** Ids that it had before. */
  readonly former?: readonly string[];
  /** Files whose content on the store it found to be another than recorded, under the same size and time. */
  readonly damaged?: readonly {
    readonly path: string;
    readonly expected: string;
    readonly found: string;
  }[];
  /** Its own clock, milliseconds since 1970: for people only. */
  readonly lastSeen: number;
}

export function encodeClient(file: ClientFile): string {
  return `${JSON.stringify({ ownsync: 'client', ...file })}\n`;
}

export function decodeClient(text: string): ClientFile {
  const { client, name, program, seen, held, looked, former, damaged, lastSeen } = check(
    clientShape,
    parseLine(text),
    'a client file',
  );
  const optional = {
    ...(looked === undefined ? {} : { looked }),
    ...(former === undefined ? {} : { former }),
    ...(damaged === undefined ? {} : { damaged }),
  };
  return { client, name, program, seen, held, ...optional, lastSeen };
}

const intentShape = z.object({
  action: z.enum(['put', 'tree', 'delete', 'remove-directory', 'move', 'move-tree', 'touch']),
  path,
  from: path.optional(),
  index: z.int().min(0),
  /** Content expected at the path (for a move: at `from`), and the versions it was. */
  expected: z.object({ key: z.string(), dots: z.array(z.string()) }).optional(),
  /** Content put there. */
  entry: z.object({ key: z.string(), size: z.number() }).optional(),
});

const holderShape = z.object({
  ownsync: z.literal('transaction'),
  tx: z.string().regex(/^[0-9a-z-]{8,80}$/),
  client: clientId,
  name: z.string().max(200),
  items: z.array(intentShape).max(100_000),
});

/** What the holder of the placing lease is about to do. Never stamps: transports see different ones. */
export type Intent = z.infer<typeof intentShape>;

export interface Holder {
  readonly tx: string;
  readonly client: string;
  readonly name: string;
  readonly items: readonly Intent[];
}

export function encodeHolder(holder: Holder): string {
  return `${JSON.stringify({ ownsync: 'transaction', ...holder })}\n`;
}

export function decodeHolder(text: string): Holder {
  const { tx, client, name, items } = check(holderShape, parseLine(text), 'holder.json');
  return { tx, client, name, items };
}

export { FormatError };
