/**
 * What the server is, for people and for the doctor. Conditions are tried in a directory of the doctor's only, and change nothing
 * elsewhere.
 */
import type { AboutStore, StoreFact } from '../../src/plugin-api.ts';
import type { Place } from './propfind.ts';

interface Known {
  readonly place: Place;
  readonly login: string;
}

/** `scratch`: a directory in which anything may be done. */
export async function aboutOf(
  { place, login }: Known,
  signal: AbortSignal,
  scratch?: string,
): Promise<AboutStore> {
  const { server, dialect } = place;
  const removal = dialect.deletesByDepth === true ? 'DELETE with Depth: 0' : 'a look, then DELETE';
  const tried = scratch === undefined ? [] : await tryConditions(place, signal, scratch);
  return {
    identity: server === '' ? dialect.name : server,
    facts: [
      { name: 'dialect', value: dialect.name, drives: 'properties, uploads and claims' },
      { name: 'login', value: login, drives: 'whether an upload asks before its body' },
      { name: 'removal', value: removal, drives: 'requests for each file that is removed' },
      ...tried,
    ],
  };
}

/** A server that ignores a condition answers as if there were none. */
async function tryConditions(
  { web }: Place,
  signal: AbortSignal,
  scratch: string,
): Promise<StoreFact[]> {
  const url = web.urlOf(`${scratch}/conditional`);
  const put = (): Promise<number> => putOnce(web, { url, signal });
  const created = await put();
  const again = created < 300 ? await put() : created;
  const got = await web.ask({ method: 'GET', url, signal });
  const etag = got.headers.get('etag');
  const known =
    etag === undefined
      ? 'no etag'
      : told(
          (await web.ask({ method: 'GET', url, headers: { 'If-None-Match': etag }, signal }))
            .status,
          304,
        );
  await web.ask({ method: 'DELETE', url, signal });
  return [
    {
      ...{ name: 'an upload only if nothing is there', value: told(again, 412) },
      drives: 'reported only: files go to names of their own, and are moved',
    },
    {
      ...{ name: 'a download only if it changed', value: known },
      drives: 'reported only: etags of listings say what to read',
    },
  ];
}

async function putOnce(
  web: Place['web'],
  { url, signal }: { readonly url: URL; readonly signal: AbortSignal },
): Promise<number> {
  const headers = { 'If-None-Match': '*' };
  const source = { size: 1, open: one };
  return (await web.upload({ url, headers, source, signal })).status;
}

async function* one(): AsyncGenerator<Uint8Array> {
  yield Uint8Array.of(1);
}

function told(status: number, kept: number): string {
  if (status === kept) return 'kept';
  return status < 300 ? 'ignored' : `refused with ${String(status)}`;
}
