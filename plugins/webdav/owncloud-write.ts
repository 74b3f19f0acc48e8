/**
 * Writing a file to ownCloud in one request: the server refuses it unless the content has the checksum that goes along. The
 * source is read twice for that. Large files go to owncloud-parts.ts.
 */
import { createHash } from 'node:crypto';
import { orAborted, type Source, type Stamp } from '../../src/plugin-api.ts';
import type { WriteCall } from './dialect.ts';
import { Finding } from './failures.ts';
import { writeInParts } from './owncloud-parts.ts';
import { headersFor, storedStamp, type Cloud, type Sending } from './owncloud-sending.ts';

export async function writeFile(cloud: Cloud, call: WriteCall): Promise<Stamp> {
  const { web, uploads, partSize } = cloud;
  const { path, source, signal } = call;
  const checksum = `SHA1:${await sha1Of(source, signal)}`;
  const modified =
    source.modified === undefined ? undefined : Math.floor(source.modified / 1000) * 1000;
  const sending: Sending = { ...call, checksum, modified };
  if (uploads !== undefined && source.size > partSize) return writeInParts(cloud, uploads, sending);
  const headers = headersFor(sending);
  const answer = await web.upload({ url: web.urlOf(path), headers, source, signal });
  return storedStamp(cloud, sending, answer);
}

/** Fails unless the source gives exactly the bytes that it says. */
async function sha1Of(source: Source, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha1');
  const chunks = source.open(0)[Symbol.asyncIterator]();
  let size = 0;
  try {
    for (;;) {
      const next = await orAborted(nextOf(chunks), signal);
      if (next.done === true) break;
      size += next.value.length;
      if (size > source.size) break;
      hash.update(next.value);
    }
  } finally {
    // Not awaited: a source that hangs would hang here too.
    void Promise.resolve(chunks.return?.()).catch(() => undefined);
  }
  if (size !== source.size) {
    const given = size > source.size ? 'more than' : `${String(size)} of`;
    throw new Finding('corrupt', `the source gives ${given} its ${String(source.size)} bytes`);
  }
  return hash.digest('hex');
}

async function nextOf(chunks: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
  try {
    return await chunks.next();
  } catch (cause) {
    throw new Finding('corrupt', 'the source failed', { cause });
  }
}
