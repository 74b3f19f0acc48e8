/**
 * ownCloud and Nextcloud: what they do beyond WebDAV. Folders' ETags rise with everything below them, times and checksums are
 * kept, files have ids, large files go in parts. The versions and the trash-bin of the server are its own: nothing here lists
 * or changes them.
 */
import { z, type Capabilities, type Stamp, type StoreKind } from '../../src/plugin-api.ts';
import { usualProperties, type Dialect, type Greeting, type Verdict } from './dialect.ts';
import { etagOf, usualStamp } from './entries.ts';
import { Finding, Refusal } from './failures.ts';
import { spaceOf } from './generic.ts';
import { parseMultistatus, type Resource } from './multistatus.ts';
import { longestName, refusedByOwncloud } from './owncloud-names.ts';
import type { Cloud } from './owncloud-sending.ts';
import { writeFile } from './owncloud-write.ts';
import { propfind } from './propfind.ts';
import { wordsOf } from './statuses.ts';
import type { Answer, Web } from './web.ts';

const own = 'http://owncloud.org/ns';
const id = `{${own}}id`;
const permissions = `{${own}}permissions`;
const checksums = `{${own}}checksums`;

/** Of status.php. Other products with these properties, such as ownCloud's successor, keep ETags by other rules. */
const products: readonly string[] = ['ownCloud', 'Nextcloud'];

const statusText = z.object({ productname: z.string(), versionstring: z.string() });

/** By the address that all of them have, by status.php, and by a property that only they tell. */
export async function owncloud(greeting: Greeting): Promise<Dialect | undefined> {
  const { web, signal } = greeting;
  const [, before, place] =
    /^(.*)\/remote\.php\/((?:web)?dav\/.*)$/.exec(web.urlOf('').pathname) ?? [];
  if (before === undefined || place === undefined) return undefined;
  const product = await productOf(web, `${before}/status.php`, signal);
  if (product === undefined || !(await tellsIds(web, signal))) return undefined;
  const [, user] = /^dav\/files\/([^/]+)\//.exec(place) ?? [];
  const uploads = user === undefined ? undefined : `${before}/remote.php/dav/uploads/${user}`;
  const properties = [...usualProperties, id, permissions, checksums];
  const { partSize, connections } = greeting;
  const cloud = { ...{ web, uploads, partSize, properties, stampOf }, underWay: new Set<string>() };
  return dialectOf(product, connections, cloud);
}

async function productOf(
  web: Web,
  address: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { status, text } = await web.ask({ method: 'GET', url: web.resolve(address), signal });
  if (status !== 200) return undefined;
  const told = statusText.safeParse(parsed(text));
  if (!told.success || !products.includes(told.data.productname)) return undefined;
  return `${told.data.productname} ${told.data.versionstring}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

async function tellsIds(web: Web, signal: AbortSignal): Promise<boolean> {
  const question = { url: web.urlOf(''), depth: 0, properties: [id], signal } as const;
  const { resources } = await propfind(web, question);
  return resources[0]?.properties.has(id) === true;
}

function dialectOf(name: string, connections: number, cloud: Cloud): Dialect {
  const capabilities: Capabilities = {
    parallel: connections,
    resume: false,
    // SERVER: `Overwrite: F` is tested a moment before the deed, and of racers two were told 201 once in 25 times.
    renameOnto: { file: 'unknown', directory: 'unknown' },
    refusesTaken: true,
    copy: false,
    modified: 'set',
    modifiedPrecision: 1000,
    // SERVER: a file's stays over writes within one second, even when its size and content differ.
    etag: 'weak',
    wholeTree: 'etags',
    ids: true,
    caseSensitive: true,
    unicode: 'nfc',
    nameBytes: longestName,
  };
  return {
    name,
    capabilities,
    properties: cloud.properties,
    stampOf,
    refusesName: refusedByOwncloud,
    write: (call) => writeFile(cloud, call),
    setModified: (path, modified, signal) => setModified(cloud.web, { path, modified, signal }),
    space: (signal) => spaceOf(cloud.web, signal),
    judge,
  };
}

function stampOf(kind: StoreKind, resource: Resource): Stamp {
  const { properties } = resource;
  const fileId = properties.get(id)?.text ?? '';
  const known = fileId === '' ? {} : { id: fileId };
  if (kind === 'directory') {
    const etag = etagOf(properties.get('{DAV:}getetag')?.text);
    // SERVER: what changes on mounted storage by other ways raises no ETag above it.
    const isMounted = properties.get(permissions)?.text.includes('M') === true;
    return { ...known, ...(etag === undefined || isMounted ? {} : { etag }) };
  }
  const checksum = /(?:^|\s)(SHA1:[0-9a-f]{40})(?:\s|$)/i.exec(
    properties.get(checksums)?.text ?? '',
  )?.[1];
  return {
    ...usualStamp(kind, resource),
    ...known,
    ...(checksum === undefined ? {} : { checksum }),
  };
}

/** SERVER: only a number is taken; a date is answered with success as well, and becomes the year 1970. */
async function setModified(
  web: Web,
  { path, modified, signal }: { path: string; modified: number; signal: AbortSignal },
): Promise<void> {
  const seconds = String(Math.floor(modified / 1000));
  const answer = await web.ask({
    ...{ method: 'PROPPATCH', url: web.urlOf(path), signal },
    body:
      '<?xml version="1.0" encoding="utf-8"?><d:propertyupdate xmlns:d="DAV:"><d:set><d:prop>' +
      `<d:lastmodified>${seconds}</d:lastmodified></d:prop></d:set></d:propertyupdate>`,
  });
  if (answer.status !== 207) throw new Refusal(answer);
  const [resource] = parseMultistatus(answer.text);
  if (resource?.properties.has('{DAV:}lastmodified') !== true) {
    throw new Finding('unsupported', 'the server does not set times');
  }
}

/** What a status means when ownCloud says why. */
function judge(operation: string, answer: Answer): Verdict | undefined {
  const { status, text } = answer;
  // SERVER: a folder with a file in it that is being read or written is not moved; nothing was done.
  if (status === 500 && text.includes('LockedException'))
    return { kind: 'busy', outcome: 'not-done' };
  if (status !== 400) return undefined;
  if (/Exception\\(InvalidPath|FileNameTooLong)/.test(text)) return { kind: 'invalid-name' };
  const isTorn = /checksum|do not sum up/i.test(wordsOf(answer));
  return operation === 'write' && isTorn ? { kind: 'corrupt' } : undefined;
}
