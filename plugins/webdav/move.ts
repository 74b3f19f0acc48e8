/**
 * MOVE, for files and directories alike, and what its refusals mean. Never replaces anything, and never repeats a request
 * that may have been carried out.
 */
import { Finding, Refusal } from './failures.ts';
import { isDirectory, look, type Place } from './propfind.ts';
import type { Answer } from './web.ts';

export interface Step {
  readonly from: string;
  readonly to: string;
}

/** ORDER: `Overwrite: F`, always: what was at the target is the engine's to set aside. */
export async function rename(place: Place, step: Step, signal: AbortSignal): Promise<void> {
  const answer = await move(place, step, signal);
  // SERVER: lighttpd says 200 for a directory, 201 for a file, and 204 for one that it moved into a directory.
  if (![200, 201, 204].includes(answer.status))
    throw await whyNotMoved(place, step, { answer, signal });
  if (place.dialect.movesLoosely !== true) return;
  if (answer.status === 204) await takeBack(place, step, signal);
  if (answer.status === 201 && (await look(place, step.from, signal)) !== 'absent') {
    // SERVER: it copies where it may not rename, and says so to nobody.
    const why = 'permission denied: it was copied, the server cannot take it away from there';
    throw new Finding('denied', why, { outcome: 'unknown' });
  }
}

async function move({ web }: Place, { from, to }: Step, signal: AbortSignal): Promise<Answer> {
  const { origin, hostname, pathname } = web.urlOf(to);
  const ask = (targetOrigin: string): Promise<Answer> =>
    web.ask({
      ...{ method: 'MOVE', url: web.urlOf(from), signal },
      headers: { Destination: `${targetOrigin}${pathname}`, Overwrite: 'F' },
    });
  const told = web.targetOrigin ?? origin;
  const first = await ask(told);
  const other = wantedOrigin(first, hostname);
  if (other === undefined || other === told) return first;
  const second = await ask(other);
  if (wantedOrigin(second, hostname) === undefined) web.targetOrigin = other;
  return second;
}

/**
 * SERVER: behind a proxy that ends TLS, Apache and lighttpd take their address for another server's. They say so before they
 * do anything: Apache tells how it is to be called; lighttpd takes a bare path (''), which Apache does not. A 502 that the
 * proxy itself gives says nothing of the kind, and the request may have been carried out. Undefined: no such answer.
 */
function wantedOrigin({ status, headers, text }: Answer, hostname: string): string | undefined {
  const [, scheme, port] = /want: (https?):\/\/[^\s:]*:(\d{1,5})\b/.exec(text) ?? [];
  if (status === 502 && scheme !== undefined) return `${scheme}://${hostname}:${port ?? ''}`;
  const isLighttpd = /^lighttpd/i.test(headers.get('server') ?? '');
  return status === 400 || (status === 502 && isLighttpd) ? '' : undefined;
}

/**
 * SERVER: lighttpd moves a file that is to replace a directory into it, under its own name, `Overwrite: F` or not. It says
 * 204 then, and 201 for a name that was free. CRASH: before it is taken back, the file lies in that directory.
 */
async function takeBack(place: Place, { from, to }: Step, signal: AbortSignal): Promise<void> {
  const inside = `${to}/${from.slice(from.lastIndexOf('/') + 1)}`;
  if (!(await isDirectory(place, to, signal)) || (await look(place, inside, signal)) === 'absent')
    return;
  const answer = await move(place, { from: inside, to: from }, signal);
  const outcome = answer.status === 201 ? 'not-done' : 'unknown';
  throw new Finding('exists', 'a directory is there', { outcome });
}

/**
 * SERVER: a target that is there is 412; to a racer Apache says 403, 405 or 409, and 301 where it is a directory. A missing
 * directory above is 409, and on Apache 500; so is what it may not do.
 */
async function whyNotMoved(
  place: Place,
  { from, to }: Step,
  { answer, signal }: { readonly answer: Answer; readonly signal: AbortSignal },
): Promise<Error> {
  const { status } = answer;
  if (place.dialect.judge?.('rename', answer) !== undefined) return new Refusal(answer);
  const isThere = async (path: string): Promise<boolean> =>
    (await look(place, path, signal)) !== 'absent';
  const parent = to.slice(0, Math.max(0, to.lastIndexOf('/')));
  if (status === 500 && !(await isThere(parent))) {
    return new Finding('not-found', 'the directory to move into is missing');
  }
  if ([301, 403, 405, 409].includes(status) && (await isThere(to))) {
    return new Finding('exists', `something else is there (${String(status)})`);
  }
  if (status === 500 && (await isThere(from)) && !(await isThere(to))) {
    return new Finding('denied', 'it failed, and the server gives no reason (500)');
  }
  return new Refusal(answer);
}
