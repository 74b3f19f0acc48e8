/**
 * Resources of a PROPFIND as entries of the contract: which of them is the directory that was asked, which lie in it, and
 * what their stamps are. Whatever lies elsewhere or has a name that cannot be is not trusted, and the listing incomplete.
 */
import type { ListedEntry, Listing, Stamp, StoreKind } from '../../src/plugin-api.ts';
import type { Property, Resource } from './multistatus.ts';
import { namesOf } from './urls.ts';

export type StampOf = (kind: StoreKind, resource: Resource) => Stamp;

export interface Asked {
  /** The directory's names from the server's root on, decoded. */
  readonly names: readonly string[];
  readonly stampOf: StampOf;
}

export interface Listed extends Listing {
  /** The directory itself; undefined: the answer does not have it. */
  readonly self: Resource | undefined;
}

export function listingOf(resources: readonly Resource[], { names, stampOf }: Asked): Listed {
  const entries = new Map<string, ListedEntry>();
  let self: Resource | undefined;
  let complete = true;
  for (const resource of resources) {
    const place = placeOf(resource.href, names);
    if (place === 'self') {
      self = resource;
      continue;
    }
    // Gone between the reading of the directory and the look at it.
    if (place !== undefined && resource.status === 404) continue;
    const kind = kindOf(resource);
    if (place === undefined || kind === undefined || entries.has(place.name)) complete = false;
    else entries.set(place.name, { name: place.name, kind, stamp: stampOf(kind, resource) });
  }
  const isSeen = self !== undefined && kindOf(self) === 'directory';
  return { entries: [...entries.values()], complete: complete && isSeen, self };
}

/** Undefined: the server does not tell what it is. */
export function kindOf({ properties, status }: Resource): StoreKind | undefined {
  const type = properties.get('{DAV:}resourcetype');
  if (type === undefined || (status !== undefined && status > 299)) return undefined;
  return type.children.includes('{DAV:}collection') ? 'directory' : 'file';
}

/** What the usual properties tell. A directory has no size and no time that would mean anything. */
export function usualStamp(kind: StoreKind, { properties }: Resource): Stamp {
  if (kind === 'directory') return {};
  const size = numberOf(properties.get('{DAV:}getcontentlength'));
  const modified = timeOf(properties.get('{DAV:}getlastmodified')?.text);
  const etag = etagOf(properties.get('{DAV:}getetag')?.text);
  return {
    ...(size === undefined ? {} : { size }),
    ...(modified === undefined ? {} : { modified, precision: 1000 }),
    ...(etag === undefined ? {} : { etag }),
  };
}

export function numberOf(property: Property | undefined): number | undefined {
  const text = property?.text ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** An HTTP date, milliseconds. Only with a zone: without one, it would be this computer's. */
export function timeOf(text: string | undefined): number | undefined {
  if (text === undefined || !/(GMT|UTC|Z|[+-]\d\d:?\d\d)$/i.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** Without its quotes; a weak one keeps its `W/`. */
export function etagOf(text: string | undefined): string | undefined {
  const [, weak = '', quoted, bare] =
    /^(W\/)?(?:"([^"]*)"|([^"\s]+))$/.exec(text?.trim() ?? '') ?? [];
  const mark = quoted ?? bare;
  return mark === undefined || mark === '' ? undefined : `${weak}${mark}`;
}

/** Where an address lies: the directory itself, directly in it, or elsewhere (undefined). */
function placeOf(
  href: string,
  directory: readonly string[],
): 'self' | { name: string } | undefined {
  const names = hrefNames(href);
  if (names === undefined || !directory.every((name, at) => alike(name, names[at])))
    return undefined;
  const [name, ...deeper] = names.slice(directory.length);
  if (name === undefined) return 'self';
  return deeper.length === 0 ? { name } : undefined;
}

/** SERVER: behind a proxy the host in an address is often an inner one, so only the path counts. */
export function hrefNames(href: string): string[] | undefined {
  const path = href.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
  return path.startsWith('/') || path === '' ? namesOf(path) : undefined;
}

/** SERVER: ownCloud lists a directory under its composed name, whatever it was asked for. */
function alike(asked: string, told: string | undefined): boolean {
  return asked === told || asked.normalize('NFC') === told?.normalize('NFC');
}
