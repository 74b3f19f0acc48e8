/**
 * Changing a store: MOVE, DELETE and MKCOL. What a bare status leaves open is looked at, after a refusal that surely did
 * nothing. Never replaces anything, and never removes a directory that was not seen to be empty.
 */
import { Finding, Refusal } from './failures.ts';
import { isGone, list, look, type Place } from './propfind.ts';
import type { Answer } from './web.ts';

export interface Step {
  readonly from: string;
  readonly to: string;
}

/** ORDER: `Overwrite: F`, always: what was at the target is the engine's to set aside. */
export async function rename(place: Place, { from, to }: Step, signal: AbortSignal): Promise<void> {
  const { web, dialect } = place;
  const answer = await web.ask({
    ...{ method: 'MOVE', url: web.urlOf(from), signal },
    headers: { Destination: web.urlOf(to).href, Overwrite: 'F' },
  });
  // SERVER: lighttpd says 200 for a directory.
  if (answer.status === 204 && dialect.movesInto === true)
    await takeBack(place, { from, to }, signal);
  if ([200, 201, 204].includes(answer.status)) return;
  throw await whyNotMoved(place, { to, signal, answer });
}

/**
 * SERVER: lighttpd moves a file that is to replace a directory into it, under its own name, `Overwrite: F` or not. It says
 * 204 then, and 201 for a name that was free. CRASH: before it is taken back, the file lies in that directory.
 */
async function takeBack(place: Place, { from, to }: Step, signal: AbortSignal): Promise<void> {
  const inside = `${to}/${from.slice(from.lastIndexOf('/') + 1)}`;
  if (!(await isDirectory(place, to, signal)) || (await look(place, inside, signal)) === 'absent')
    return;
  const { web } = place;
  const answer = await web.ask({
    ...{ method: 'MOVE', url: web.urlOf(inside), signal },
    headers: { Destination: web.urlOf(from).href, Overwrite: 'F' },
  });
  const outcome = answer.status === 201 ? 'not-done' : 'unknown';
  throw new Finding('exists', 'a directory is there', { outcome });
}

/**
 * SERVER: a target that is there is 412; to a racer Apache says 403, 405 or 409, and 301 where it is a directory. A missing
 * directory above is 409, and on Apache 500.
 */
async function whyNotMoved(
  place: Place,
  {
    to,
    signal,
    answer,
  }: { readonly to: string; readonly signal: AbortSignal; readonly answer: Answer },
): Promise<Error> {
  const { status } = answer;
  const parent = to.slice(0, Math.max(0, to.lastIndexOf('/')));
  if (status === 500 && (await look(place, parent, signal)) === 'absent') {
    return new Finding('not-found', 'the directory to move into is missing');
  }
  if ([301, 403, 405, 409].includes(status) && (await look(place, to, signal)) !== 'absent') {
    return new Finding('exists', `something else is there (${String(status)})`);
  }
  return new Refusal(answer);
}

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
 * RACE: DELETE takes a directory with all that is in it, and WebDAV has no other way. What another program puts into it
 * between the listing and the DELETE, some milliseconds, is lost.
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

export async function isDirectory(
  place: Place,
  path: string,
  signal: AbortSignal,
): Promise<boolean> {
  const found = await look(place, path, signal);
  return found !== 'absent' && found.kind === 'directory';
}

function isDeleted({ status }: Answer): boolean {
  return status === 204 || status === 200 || status === 404 || status === 410;
}
