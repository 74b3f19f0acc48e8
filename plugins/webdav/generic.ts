/**
 * WebDAV as the standard has it, with what two widely used servers are known to keep: Apache's mod_dav and lighttpd's
 * mod_webdav, recognised by what they say of themselves. Of any other server only the weakest is claimed.
 */
import type { Capabilities, Stamp } from '../../src/plugin-api.ts';
import { usualProperties, type Dialect, type Greeting } from './dialect.ts';
import { etagOf, numberOf, usualStamp } from './entries.ts';
import { Refusal } from './failures.ts';
import { propfind } from './propfind.ts';
import type { Answer, Web } from './web.ts';

/** Of the file systems below, in bytes. */
const longestName = 255;

/** SERVER: lighttpd begins an upload under the name with ten bytes more. */
const longestForLighttpd = 245;

const quota = '{DAV:}quota-available-bytes';

interface Known {
  readonly name: string;
  /** Of racers that move a directory onto one name, exactly one wins: it ends in one rename of the file system. */
  readonly isUnix: boolean;
  readonly nameBytes: number;
  readonly movesLoosely?: boolean;
  readonly leavesOutUnseen?: boolean;
  readonly refusesName?: (name: string) => string | undefined;
}

export function generic({ web, headers, root, connections }: Greeting): Dialect {
  const known = recognise(headers.get('server') ?? '');
  const capabilities: Capabilities = {
    parallel: connections,
    resume: false,
    // SERVER: with `Overwrite: F` Apache lets several racers win with files, never with directories that are not empty.
    renameOnto: { file: 'unknown', directory: known.isUnix ? 'refuses' : 'unknown' },
    // DELETE takes a directory with all that is in it, and knows no other way.
    looksThenRemoves: true,
    copy: false,
    modified: 'read',
    modifiedPrecision: 1000,
    // SERVER: Apache's are weak while a file is younger than a second.
    etag: root.properties.has('{DAV:}getetag') ? 'weak' : 'none',
    ids: false,
    caseSensitive: known.isUnix,
    unicode: known.isUnix ? 'as-given' : 'nfc',
    nameBytes: known.nameBytes,
  };
  return {
    name: known.name,
    capabilities,
    properties: usualProperties,
    deletesByDepth: known.isUnix,
    movesLoosely: known.movesLoosely === true,
    leavesOutUnseen: known.leavesOutUnseen === true,
    stampOf: usualStamp,
    write: async ({ path, source, signal }) => {
      const answer = await web.upload({ url: web.urlOf(path), source, signal });
      if (!isStored(answer)) throw new Refusal(answer);
      return writtenStamp(answer, source.size);
    },
    space: (signal) => spaceOf(web, signal),
    ...(known.refusesName === undefined ? {} : { refusesName: known.refusesName }),
  };
}

function recognise(server: string): Known {
  const isUnix = !/win(32|64|dows)/i.test(server);
  if (/^Apache\b/i.test(server)) {
    return { name: 'Apache', isUnix, nameBytes: longestName, refusesName: refusedByApache };
  }
  if (/^lighttpd\b/i.test(server)) {
    return {
      ...{ name: 'lighttpd', isUnix, nameBytes: longestForLighttpd },
      ...{ movesLoosely: true, leavesOutUnseen: true },
      refusesName: refusedByLighttpd,
    };
  }
  return { name: server === '' ? 'WebDAV' : server, isUnix: false, nameBytes: longestName };
}

/** SERVER: mod_dav keeps the properties of files in directories of this name, and begins uploads under the other. */
function refusedByApache(name: string): string | undefined {
  return name === '.DAV' || name.startsWith('.davfs.tmp')
    ? 'Apache keeps this name for itself'
    : undefined;
}

/** SERVER: it answers 400 to such an address, unless its `url-ctrls-reject` is switched off. */
function refusedByLighttpd(name: string): string | undefined {
  // eslint-disable-next-line no-control-regex
  return /[\x00-\x1f\x7f]/.test(name) ? 'lighttpd takes no control characters' : undefined;
}

export function isStored({ status }: Answer): boolean {
  return status === 200 || status === 201 || status === 204;
}

/** What a PUT tells of what it stored: the size was in its headers, and a server stores all or nothing. */
function writtenStamp({ headers }: Answer, size: number): Stamp {
  const etag = etagOf(headers.get('etag'));
  return { size, ...(etag === undefined ? {} : { etag }) };
}

export async function spaceOf(web: Web, signal: AbortSignal): Promise<number | undefined> {
  const { resources } = await propfind(web, {
    ...{ url: web.urlOf(''), depth: 0, properties: [quota], signal },
  });
  return numberOf(resources[0]?.properties.get(quota));
}
