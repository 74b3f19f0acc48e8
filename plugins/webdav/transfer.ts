/**
 * Reading a file by GET and the checks around writing one. A body is whole or an error, from exactly the byte that was
 * asked for, and never the page that a server shows instead of a directory.
 */
import type { Content, Stamp } from '../../src/plugin-api.ts';
import type { WriteCall } from './dialect.ts';
import { etagOf, timeOf } from './entries.ts';
import { Finding, Refusal } from './failures.ts';
import type { Call, Frame } from './frame.ts';
import { isDirectory, look, type Place } from './propfind.ts';
import { readBeginning } from './text.ts';
import type { Downloaded, Headers } from './web.ts';

/** What of the body belongs to the answer. */
interface Part {
  /** Bytes of the whole file; undefined: not told. */
  readonly size: number | undefined;
  /** Bytes to leave out at the beginning. */
  readonly skip: number;
  /** Bytes that must come after them; undefined: the end of the body is proof enough. */
  readonly length: number | undefined;
}

export async function read(
  { place, frame }: { readonly place: Place; readonly frame: Frame },
  call: Call,
  from: number,
): Promise<Content> {
  const { path, signal } = call;
  const answer = await frame.run(call, async () => {
    const got = await place.web.download({
      url: place.web.urlOf(path),
      ...(from === 0 ? {} : { headers: { Range: `bytes=${String(from)}-` } }),
      signal,
    });
    try {
      return { got, part: await judge(place, got, { path, from, signal }) };
    } catch (error) {
      await close(got.body);
      throw error;
    }
  });
  const { got, part } = answer;
  return {
    stream: checked(got.body, part, (error) => frame.toError(error, call)),
    stamp: stampOf(got.headers, part),
  };
}

async function judge(
  place: Place,
  { status, headers, body }: Downloaded,
  {
    path,
    from,
    signal,
  }: { readonly path: string; readonly from: number; readonly signal: AbortSignal },
): Promise<Part> {
  const length = lengthOf(headers);
  if (status === 206) return partOf(headers, from);
  if (status === 200) {
    // A file has one of these; what has neither may be a page about a directory.
    if (!headers.has('etag') && !headers.has('last-modified'))
      await refuseDirectory(place, path, signal);
    if (length === undefined && !/chunked/i.test(headers.get('transfer-encoding') ?? '')) {
      throw new Finding('unsupported', 'the server does not say where the file ends');
    }
    return { size: length, skip: from, length: length === undefined ? undefined : length - from };
  }
  const text = await readBeginning(body, 64 * 1024);
  if (status === 416) {
    // SERVER: lighttpd does not say how long the file is.
    const found = await look(place, path, signal);
    if (found !== 'absent' && found.kind === 'file' && found.stamp.size === from) {
      return { size: from, skip: 0, length: 0 };
    }
  }
  if (status === 404) await refuseDirectory(place, path, signal);
  throw new Refusal({ status, headers, text });
}

function partOf(headers: Headers, from: number): Part {
  const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers.get('content-range') ?? '');
  const [begin, last, size] = (range ?? []).slice(1).map(Number);
  if (begin !== from || last === undefined || size === undefined || last !== size - 1) {
    throw new Finding('corrupt', 'the server sends another part of the file than was asked for');
  }
  return { size, skip: 0, length: size - from };
}

function lengthOf(headers: Headers): number | undefined {
  const text = headers.get('content-length') ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function stampOf(headers: Headers, { size }: Part): Stamp {
  const modified = timeOf(headers.get('last-modified'));
  const etag = etagOf(headers.get('etag'));
  return {
    ...(size === undefined ? {} : { size }),
    ...(modified === undefined ? {} : { modified, precision: 1000 }),
    ...(etag === undefined ? {} : { etag }),
  };
}

/** Passes the body on, without what was not asked for, and fails unless exactly the right number of bytes came. */
function checked(
  body: AsyncIterable<Uint8Array>,
  { skip, length }: Part,
  toError: (error: unknown) => Error,
): AsyncIterable<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  let ahead = skip;
  let done = 0;
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    for (;;) {
      const read = length === 0 && skip === 0 ? end : await chunks.next();
      if (read.done === true) {
        if (ahead > 0 || (length !== undefined && done !== length)) throw wrongLength(done, length);
        await chunks.return?.();
        return end;
      }
      const wanted = read.value.subarray(Math.min(ahead, read.value.length));
      ahead -= read.value.length - wanted.length;
      done += wanted.length;
      if (wanted.length > 0) return { done: false, value: wanted };
    }
  };
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        try {
          return await next();
        } catch (error) {
          await chunks.return?.();
          throw toError(error);
        }
      },
      return: async () => {
        await chunks.return?.();
        return end;
      },
    }),
  };
}

const end: IteratorReturnResult<undefined> = { done: true, value: undefined };

function wrongLength(done: number, length: number | undefined): Finding {
  const told =
    length === undefined ? 'less than was asked for' : `${String(done)} of ${String(length)} bytes`;
  return new Finding('corrupt', `the server sent ${told}`);
}

async function close(body: AsyncIterable<Uint8Array>): Promise<void> {
  await body[Symbol.asyncIterator]().return?.();
}

async function refuseDirectory(place: Place, path: string, signal: AbortSignal): Promise<void> {
  if (await isDirectory(place, path, signal))
    throw new Finding('precondition', 'it is a directory');
}

/** SERVER: 409 means both a missing directory above and, on Apache, a directory at this very place. */
export async function write(place: Place, call: WriteCall): Promise<Stamp> {
  try {
    return await place.dialect.write(call);
  } catch (error) {
    const unclear =
      error instanceof Refusal && [301, 403, 404, 405, 409].includes(error.answer.status);
    if (unclear) await refuseDirectory(place, call.path, call.signal);
    throw error;
  }
}
