/**
 * What goes along with every upload to ownCloud, its checksum and its time, and what the server's answer proves. Sends nothing
 * itself but a question where the answer leaves one.
 */
import type { Stamp } from '../../src/plugin-api.ts';
import type { Dialect, WriteCall } from './dialect.ts';
import { etagOf, kindOf } from './entries.ts';
import { Finding, Refusal } from './failures.ts';
import { isStored } from './generic.ts';
import { propfind } from './propfind.ts';
import type { Answer, Web } from './web.ts';

export interface Cloud extends Pick<Dialect, 'properties' | 'stampOf'> {
  readonly web: Web;
  /** Where parts of large files go; undefined: this address has no such place. */
  readonly uploads: string | undefined;
  /** Bytes; larger files go in parts of this size. */
  readonly partSize: number;
  /** Uploads in parts that are under way, by name. */
  readonly underWay: Set<string>;
}

/** A file on its way. */
export interface Sending extends WriteCall {
  /** As the header OC-Checksum wants it. */
  readonly checksum: string;
  /** Milliseconds, whole seconds. Undefined: any. */
  readonly modified: number | undefined;
}

export function headersFor({ checksum, modified }: Sending): Record<string, string> {
  return {
    'OC-Checksum': checksum,
    ...(modified === undefined ? {} : { 'X-OC-MTime': String(modified / 1000) }),
  };
}

/** The answer tells all of it, unless the server kept another time. */
export async function storedStamp(cloud: Cloud, sending: Sending, answer: Answer): Promise<Stamp> {
  if (!isStored(answer)) throw new Refusal(answer);
  const { headers } = answer;
  const { source, checksum, modified } = sending;
  if (modified !== undefined && headers.get('x-oc-mtime') !== 'accepted') {
    return (await stampThere(cloud, sending)) ?? {};
  }
  const etag = etagOf(headers.get('etag'));
  const id = headers.get('oc-fileid');
  return {
    ...{ size: source.size, checksum },
    ...(modified === undefined ? {} : { modified, precision: 1000 }),
    ...(etag === undefined ? {} : { etag }),
    ...(id === undefined ? {} : { id }),
  };
}

/** What the server has there; undefined: nothing. A directory is a Finding. */
export async function stampThere(
  { web, properties, stampOf }: Cloud,
  { path, signal }: Sending,
): Promise<Stamp | undefined> {
  try {
    const question = { url: web.urlOf(path), depth: 0, properties, signal } as const;
    const [resource] = (await propfind(web, question)).resources;
    if (resource === undefined) return undefined;
    if (kindOf(resource) !== 'file') throw new Finding('precondition', 'it is a directory');
    return stampOf('file', resource);
  } catch (error) {
    if (error instanceof Refusal && error.answer.status === 404) return undefined;
    throw error;
  }
}

/** Is this the file that was sent, as far as both tell? */
export function isSent({ source, checksum, modified }: Sending, stamp: Stamp): boolean {
  return (
    stamp.size === source.size &&
    (modified === undefined || stamp.modified === modified) &&
    (stamp.checksum ?? checksum).toLowerCase() === checksum.toLowerCase()
  );
}
