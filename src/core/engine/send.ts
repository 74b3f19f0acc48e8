/**
 * Bringing one file's content under its staged name, through cuts of the line and crashes. The name is private and its content
 * given by its digest, so writing there again does no harm; what counts is that nothing is taken for whole that is not.
 *
 * A torn file is gone on with at its size. After a cut in this run its last bytes are read back first: they show a store that
 * keeps sizes and loses content. What an earlier run left is read back and compared as a whole: that run may have sent
 * another content, and the store may have crashed with it. The source is hashed from its first byte to its last each time.
 */
import { compareStamps } from '../model/stamp.ts';
import type { Source, Stamp } from '../ports/transport.ts';
import { LocalError } from '../ports/local-tree.ts';
import { TransportError } from '../ports/transport.ts';
import type { Context } from './context.ts';
import { HashedSource } from './hashed-source.ts';
import { endsRound, isKind } from './store-io.ts';

const TAIL = 64 * 1024;
/** A server that is cut off still writes what it has received; milliseconds. */
const SETTLE = 1000;
/** So many cuts in a row at the same byte are no chance any more. */
const CUTS = 2;

export interface Upload {
  readonly path: string;
  /** Staged name. */
  readonly name: string;
  readonly source: Source;
  /** What the content must be. */
  readonly digest: string;
}

/** The content is no longer what the scan saw, though size and time are. */
export class OtherContent extends LocalError {
  constructor(path: string) {
    super(`"${path}" changed while it was uploaded`, { kind: 'unknown', path });
  }
}

export async function send(ctx: Context, upload: Upload): Promise<Stamp> {
  const content = new HashedSource(upload.source, ctx.codec);
  const isLarge = content.size >= ctx.limits.resumable;
  const left = isLarge ? await takeUp(ctx, upload) : 0;
  if (isLarge) {
    remember(ctx, upload);
  }
  if (typeof left !== 'number') {
    remember(ctx, upload, left);
    return left;
  }
  const stamp = await throughCuts(ctx, upload, { content, from: left, isLarge });
  if (content.digest() !== upload.digest) {
    throw new OtherContent(upload.path);
  }
  if (isLarge) {
    remember(ctx, upload, stamp);
  }
  return stamp;
}

interface Sending {
  readonly content: HashedSource;
  readonly from: number;
  readonly isLarge: boolean;
}

async function throughCuts(
  ctx: Context,
  upload: Upload,
  { content, from, isLarge }: Sending,
): Promise<Stamp> {
  const { store } = ctx;
  let at = from;
  let goesOn = isLarge;
  for (let cuts = 0; ;) {
    try {
      await content.skipTo(at);
      return await (at === 0
        ? store.write(upload.name, content)
        : store.resume(upload.name, content, at));
    } catch (error) {
      const isRefused = at > 0 && isRefusal(error);
      if (content.failure !== undefined || !(isRefused || isCut(error)) || ctx.signal.aborted) {
        throw error;
      }
      // Another size than found: it still grew. Anything else: this store does not let anybody go on.
      goesOn &&= !isRefused || isKind(error, 'precondition');
      const there = goesOn ? await tornBytes(ctx, upload, { all: false }) : 0;
      cuts = there > at ? 0 : cuts + 1;
      if (cuts > CUTS) {
        throw error;
      }
      ctx.log('info', 'an upload was cut and goes on', { path: upload.path, from: there });
      at = there;
    }
  }
}

/** Where nothing was begun, the attempts of the layers below were all there is to try. */
function isCut(error: unknown): boolean {
  return (
    (isKind(error, 'unreachable', 'busy') && error.outcome === 'unknown') ||
    isKind(error, 'corrupt')
  );
}

/** The torn file is not as it was found, or the store does not let anybody go on with it: it is written anew. */
function isRefusal(error: unknown): boolean {
  return (
    !endsRound(error) && error instanceof TransportError && !isKind(error, 'corrupt', 'no-space')
  );
}

/** What an earlier attempt has left, now under this attempt's name: the whole file's stamp, or how many bytes are good. */
async function takeUp(ctx: Context, upload: Upload): Promise<Stamp | number> {
  const part = ctx.state.parts.get(upload.path);
  if (part?.digest !== upload.digest) {
    return 0;
  }
  try {
    if (part.name !== upload.name) {
      await ctx.store.rename(part.name, upload.name);
    }
  } catch (error) {
    if (endsRound(error)) {
      throw error;
    }
    return 0;
  }
  const found = await ctx.store.look(upload.name);
  if (part.stamp === undefined || found === 'absent') {
    return tornBytes(ctx, upload, { all: true });
  }
  if (compareStamps(part.stamp, found.stamp) !== 'same') {
    return tornBytes(ctx, upload, { all: true });
  }
  const { modified } = upload.source;
  const isTimed = modified === undefined || compareStamps(found.stamp, timed(upload)) === 'same';
  return isTimed ? found.stamp : ctx.store.canResume ? upload.source.size : 0;
}

function timed({ source: { size, modified } }: Upload): Stamp {
  return modified === undefined ? { size } : { size, modified };
}

/** How many bytes of the torn file are a beginning of the content; 0: it is written anew. */
async function tornBytes(
  ctx: Context,
  { name, source }: Upload,
  { all }: { all: boolean },
): Promise<number> {
  if (!ctx.store.canResume) {
    return 0;
  }
  if (!all) {
    await ctx.clock.sleep(SETTLE, ctx.signal);
  }
  const found = await ctx.store.look(name);
  const size = found === 'absent' || found.kind !== 'file' ? 0 : (found.stamp.size ?? 0);
  if (size === 0 || size > source.size) {
    return 0;
  }
  const from = all ? 0 : Math.max(0, size - TAIL);
  return (await isSame(ctx, name, { source, from, to: size })) ? size : 0;
}

interface Range {
  readonly source: Source;
  readonly from: number;
  readonly to: number;
}

/** Does the store hold these bytes of the source? */
async function isSame(ctx: Context, name: string, range: Range): Promise<boolean> {
  try {
    const { stream } = await ctx.store.read(name, range.from);
    const theirs = await digestOf(ctx, stream, range.to - range.from);
    const ours = await digestOf(ctx, range.source.open(range.from), range.to - range.from);
    return theirs === ours;
  } catch (error) {
    if (endsRound(error) || error instanceof LocalError || ctx.signal.aborted) {
      throw error;
    }
    return false;
  }
}

/** Of at most so many bytes. */
async function digestOf(
  ctx: Context,
  content: AsyncIterable<Uint8Array>,
  bytes: number,
): Promise<string> {
  const hasher = ctx.codec.hasher();
  let left = bytes;
  for await (const chunk of content) {
    hasher.update(chunk.subarray(0, left));
    left -= chunk.length;
    if (left <= 0) {
      break;
    }
  }
  return hasher.digest();
}

function remember(ctx: Context, { path, name, digest }: Upload, stamp?: Stamp): void {
  ctx.state.parts.set(path, { name, digest, ...(stamp === undefined ? {} : { stamp }) });
  ctx.state.commit();
}
