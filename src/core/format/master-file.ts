/** A master on the store: a snapshot of merged versions with what it has seen. */
import { z } from 'zod';
import type { Seen, Version } from '../model/version.ts';
import type { DigestOf } from './json-lines.ts';
import { FormatError, openLines, sealLines } from './json-lines.ts';
import { check, clientId, decodeVersions, encodeVersions, seenShape } from './records.ts';
import { FORMAT } from './segment.ts';

export interface MasterFile {
  readonly client: string;
  readonly seen: Seen;
  /** Per client, the number of the last segment in it. */
  readonly segments: Seen;
  readonly versions: ReadonlyMap<string, readonly Version[]>;
}

const header = z.strictObject({
  ownsync: z.literal('master'),
  format: z.literal(FORMAT),
  client: clientId,
  seen: seenShape,
  segments: seenShape,
});

export function encodeMaster(master: MasterFile, digestOf: DigestOf): string {
  const { client, seen, segments } = master;
  const head = { ownsync: 'master', format: FORMAT, client, seen, segments };
  const lines = [...master.versions].map(([path, versions]) => encodeVersions(path, versions));
  return sealLines([head, ...lines], digestOf);
}

export function decodeMaster(text: string, digestOf: DigestOf): MasterFile {
  const [first, ...rest] = openLines(text, digestOf);
  const head = check(header, first, 'the header of a master');
  const versions = new Map<string, Version[]>();
  for (const line of rest) {
    const decoded = decodeVersions(line);
    if (versions.has(decoded.path)) {
      throw new FormatError('a path is named twice');
    }
    versions.set(decoded.path, decoded.versions);
  }
  return { client: head.client, seen: head.seen, segments: head.segments, versions };
}
