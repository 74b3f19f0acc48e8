/**
 * Looking at a store: PROPFIND with depth 0 or 1, never deeper. Absence is only the server's 404 or 410, and a listing
 * without the directory itself in it is never complete.
 */
import type { Listing, StoreEntry } from '../../src/plugin-api.ts';
import type { Dialect } from './dialect.ts';
import { hrefNames, kindOf, listingOf } from './entries.ts';
import { Finding, Refusal } from './failures.ts';
import { parseMultistatus, propfindBody, type Resource } from './multistatus.ts';
import type { Answer, Web } from './web.ts';

export interface Place {
  /** As the server calls itself; '' where it does not. */
  readonly server: string;
  readonly web: Web;
  readonly dialect: Dialect;
  /** The root's names in the server's own addresses, which need not be those of the `url` (a proxy may stand between). */
  readonly root: readonly string[];
}

export interface Question {
  readonly url: URL;
  readonly depth: 0 | 1;
  readonly properties: readonly string[];
  readonly signal: AbortSignal;
}

/** One PROPFIND; throws a Refusal for every other answer than a multistatus. */
export async function propfind<A extends Answer>(
  web: { ask(asking: Parameters<Web['ask']>[0]): Promise<A> },
  { url, depth, properties, signal }: Question,
): Promise<{ readonly answer: A; readonly resources: readonly Resource[] }> {
  const answer = await web.ask({
    ...{ method: 'PROPFIND', url, signal },
    headers: { Depth: String(depth) },
    body: propfindBody(properties),
  });
  if (answer.status !== 207) throw new Refusal(answer);
  return { answer, resources: parseMultistatus(answer.text) };
}

/** The directory's entries; not-found when it is missing, a Finding when it is none. */
export async function list(place: Place, path: string, signal: AbortSignal): Promise<Listing> {
  const { web, dialect } = place;
  const { resources } = await propfind(web, {
    ...{ url: web.urlOf(path, 'directory'), depth: 1, signal },
    properties: dialect.properties,
  });
  const { entries, complete, self } = listingOf(resources, {
    names: namesAt(place, path),
    stampOf: (kind, resource) => dialect.stampOf(kind, resource),
  });
  refuseOther(self);
  // SERVER: lighttpd leaves out what it may not look at. In a directory that may not be entered that is all there is.
  if (entries.length === 0 && dialect.leavesOutUnseen === true) {
    await look(place, path === '' ? nobody : `${path}/${nobody}`, signal);
  }
  const etag = self === undefined ? undefined : dialect.stampOf('directory', self).etag;
  return { entries, complete, ...(etag === undefined ? {} : { etag }) };
}

/** Nothing has this name. It is only ever asked for. */
const nobody = '.ownsync-nobody';

/** What was listed must be a directory that told its properties. */
function refuseOther(self: Resource | undefined): void {
  if (self === undefined) return;
  if (self.status === 404) throw new Finding('not-found', 'there is no such directory');
  if (kindOf(self) === 'file') throw new Finding('precondition', 'it is not a directory');
  const refused = self.refused ?? self.status ?? 200;
  if (refused >= 400) throw new Finding('denied', `it may not be listed (${String(refused)})`);
}

export async function look(
  place: Place,
  path: string,
  signal: AbortSignal,
): Promise<StoreEntry | 'absent'> {
  const { web, dialect } = place;
  try {
    const { resources } = await propfind(web, {
      ...{ url: web.urlOf(path), depth: 0, signal },
      properties: dialect.properties,
    });
    const [resource, ...more] = resources;
    if (resource === undefined || more.length > 0 || !isAt(resource, namesAt(place, path))) {
      throw new Finding('unknown', 'the server answered about something else');
    }
    if (resource.status === 404) return 'absent';
    const kind = kindOf(resource);
    if (kind === undefined) throw new Finding('unknown', 'the server does not say what it is');
    return { kind, stamp: dialect.stampOf(kind, resource) };
  } catch (error) {
    if (path !== '' && isGone(error)) return 'absent';
    throw error;
  }
}

export async function isDirectory(
  place: Place,
  path: string,
  signal: AbortSignal,
): Promise<boolean> {
  const found = await look(place, path, signal);
  return found !== 'absent' && found.kind === 'directory';
}

export function isGone(error: unknown): boolean {
  return error instanceof Refusal && (error.answer.status === 404 || error.answer.status === 410);
}

function namesAt({ root }: Place, path: string): readonly string[] {
  return path === '' ? root : [...root, ...path.split('/')];
}

function isAt({ href }: Resource, names: readonly string[]): boolean {
  const told = hrefNames(href)?.join('/').normalize('NFC');
  return told === names.join('/').normalize('NFC');
}
