/**
 * Changing a store: DELETE and MKCOL. What a bare status leaves open is looked at, after a refusal that surely did
 * nothing. Never removes a directory that was not seen to be empty.
 */
import { Finding, Refusal } from './failures.ts';
import { isDirectory, isGone, list, look, type Place } from './propfind.ts';
import type { Answer } from './web.ts';

/** RACE: a DELETE takes a directory with all that is in it; where the server ignores Depth, the look before must be true. */
export async function remove(place: Place, path: string, signal: AbortSignal): Promise<void> {
  const { web, dialect } = place;
  if (dialect.deletesByDepth !== true) {
    const found = await look(place, path, signal);
    if (found === 'absent') return;
    if (found.kind === 'directory') throw new Finding('precondition', 'it is a directory');
  }
  const answer = await web.ask({
    ...{ method: 'DELETE', url: web.urlOf(path), signal },
    headers: { Depth: '0' },
  });
  if (isDeleted(answer)) return;
  if (answer.status === 400 && (await isDirectory(place, path, signal))) {
    throw new Finding('precondition', 'it is a directory');
  }
  throw new Refusal(answer);
}

/**
 * RACE: DELETE takes a directory with all that is in it, and WebDAV has no other way. What came into it between the listing and
 * the DELETE would be lost: so `looksThenRemoves` is claimed, and the engine asks for it only under a name of its own, where
 * nobody else writes. ownCloud's puts all of it into the trash-bin.
 */
export async function removeDirectory(
  place: Place,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const { web } = place;
  try {
    const { entries, complete } = await list(place, path, signal);
    if (entries.length > 0) throw new Finding('not-empty', 'it is not empty');
    if (!complete) throw new Finding('unknown', 'it cannot be told whether it is empty');
  } catch (error) {
    if (isGone(error) || (error instanceof Finding && error.kind === 'not-found')) return;
    throw error;
  }
  const answer = await web.ask({
    ...{ method: 'DELETE', url: web.urlOf(path, 'directory'), signal },
  });
  if (!isDeleted(answer)) throw new Refusal(answer);
}

/** With all that is in it: a DELETE of a directory is so. */
export async function removeTree(place: Place, path: string, signal: AbortSignal): Promise<void> {
  const { web } = place;
  if (path === '') throw new Finding('denied', 'the root is not removed');
  const answer = await web.ask({
    ...{ method: 'DELETE', url: web.urlOf(path, 'directory'), signal },
  });
  if (!isDeleted(answer)) throw new Refusal(answer);
}

export async function makeDirectory(
  place: Place,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const { web } = place;
  const answer = await web.ask({ method: 'MKCOL', url: web.urlOf(path, 'directory'), signal });
  if (answer.status === 201) return;
  if (![400, 403, 405, 409].includes(answer.status)) throw new Refusal(answer);
  const found = await look(place, path, signal);
  if (found === 'absent') throw new Refusal(answer);
  if (found.kind !== 'directory') throw new Finding('exists', 'a file is there');
}

function isDeleted({ status }: Answer): boolean {
  return status === 204 || status === 200 || status === 404 || status === 410;
}
