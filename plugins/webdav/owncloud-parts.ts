/**
 * A large file in parts: they go to a folder of the upload's own, outside the files, and one MOVE joins them. The folder is
 * named after content and computer, so that whoever sends the same file again goes on where it stopped; the server sweeps
 * what nobody comes back for.
 *
 * ORDER: nothing shows among the files before the MOVE. After it, a lost or late answer says nothing: only a look does, and
 * where that shows nothing yet, the outcome stays unknown.
 */
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import type { Stamp } from '../../src/plugin-api.ts';
import { hrefNames, numberOf } from './entries.ts';
import { Finding, LostConnection, Refusal } from './failures.ts';
import { isStored } from './generic.ts';
import { PartedSource } from './owncloud-parted-source.ts';
import { headersFor, isSent, stampThere, storedStamp } from './owncloud-sending.ts';
import type { Cloud, Sending } from './owncloud-sending.ts';
import { propfind } from './propfind.ts';
import type { Answer } from './web.ts';

const length = '{DAV:}getcontentlength';

export async function writeInParts(
  cloud: Cloud,
  uploads: string,
  sending: Sending,
): Promise<Stamp> {
  // The MOVE of an earlier attempt may have taken effect after all.
  const there = await stampThere(cloud, sending);
  if (there !== undefined && isSent(sending, there)) return there;
  const name = claimName(cloud, sending);
  const folder = cloud.web.resolve(`${uploads}/${name}/`);
  try {
    const done = await begin(cloud, folder, sending);
    await sendFrom(cloud, folder, { sending, done });
    return await joinParts(cloud, folder, { sending, replaces: there !== undefined });
  } finally {
    cloud.underWay.delete(name);
  }
}

/** Two equal files at once must not share a folder. */
function claimName({ underWay, partSize }: Cloud, { checksum, source }: Sending): string {
  const facts = [hostname(), checksum, source.size, partSize].join('\n');
  const base = `ownsync-${createHash('sha256').update(facts).digest('hex').slice(0, 32)}`;
  let name = base;
  for (let twin = 2; underWay.has(name); twin += 1) name = `${base}-${String(twin)}`;
  underWay.add(name);
  return name;
}

/** How many parts are there already, from the first one on. */
async function begin({ web, partSize }: Cloud, folder: URL, sending: Sending): Promise<number> {
  const { source, signal } = sending;
  const answer = await web.ask({ method: 'MKCOL', url: folder, signal });
  if (answer.status === 201) return 0;
  if (answer.status !== 405) throw new Refusal(answer);
  const question = { url: folder, depth: 1, properties: [length], signal } as const;
  const sizes = new Map<string, number | undefined>();
  for (const { href, properties } of (await propfind(web, question)).resources) {
    sizes.set(hrefNames(href)?.at(-1) ?? '', numberOf(properties.get(length)));
  }
  let done = 0;
  while (done * partSize < source.size) {
    const size = Math.min(partSize, source.size - done * partSize);
    if (sizes.get(nameOf(done)) !== size) break;
    done += 1;
  }
  return done;
}

/** SERVER: they are joined in the order of their numbers. */
function nameOf(part: number): string {
  return String(part + 1).padStart(5, '0');
}

interface Progress {
  readonly sending: Sending;
  /** Parts that need not be sent again. */
  readonly done: number;
}

async function sendFrom(
  { web, partSize }: Cloud,
  folder: URL,
  { sending, done }: Progress,
): Promise<void> {
  const { source, signal } = sending;
  const parts = new PartedSource(source);
  try {
    for (let part = done; part * partSize < source.size; part += 1) {
      const answer = await web.upload({
        url: new URL(nameOf(part), folder),
        source: parts.part(part * partSize, partSize),
        signal,
      });
      if (!isStored(answer)) throw new Refusal(answer);
    }
  } catch (cause) {
    if (!(cause instanceof LostConnection)) throw cause;
    throw new Finding('unreachable', cause.message, { outcome: 'not-done', cause });
  } finally {
    parts.close();
  }
}

/** Statuses after which the server may have joined the parts, or still be at it. */
const unclear: readonly number[] = [404, 408, 423, 500, 502, 503, 504];

async function joinParts(
  cloud: Cloud,
  folder: URL,
  { sending, replaces }: { readonly sending: Sending; readonly replaces: boolean },
): Promise<Stamp> {
  const { web } = cloud;
  const { path, source, signal } = sending;
  const move = web.ask({
    ...{ method: 'MOVE', url: new URL('.file', folder), signal },
    headers: {
      ...headersFor(sending),
      Destination: web.urlOf(path).href,
      Overwrite: replaces ? 'T' : 'F',
      'OC-Total-Length': String(source.size),
    },
  });
  const answer = await move.catch((error: unknown) => {
    if (error instanceof LostConnection) return error;
    throw error;
  });
  if (answer instanceof LostConnection || unclear.includes(answer.status)) {
    return seen(cloud, sending, answer);
  }
  // What does not fit together would not the next time either.
  if (answer.status === 400) await web.ask({ method: 'DELETE', url: folder, signal });
  return storedStamp(cloud, sending, answer);
}

/** After a MOVE that was not clearly answered. */
async function seen(
  cloud: Cloud,
  sending: Sending,
  answer: Answer | LostConnection,
): Promise<Stamp> {
  const there = await stampThere(cloud, sending);
  if (there !== undefined && isSent(sending, there)) return there;
  const why = answer instanceof LostConnection ? answer.message : `status ${String(answer.status)}`;
  const isBusy = !(answer instanceof LostConnection) && answer.status === 423;
  throw new Finding(
    isBusy ? 'busy' : 'unreachable',
    `the server does not say whether it has joined the parts of the file (${why})`,
    { outcome: 'unknown' },
  );
}
