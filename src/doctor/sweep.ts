/** Removes the doctor's own scratch directory with all that is in it. Must never be given another. */
import type { BatchOperation, BatchResult, Transport } from '../core/ports/transport.ts';
import { TransportError } from '../core/ports/transport.ts';
import { optionalOf } from '../transport/layers/around.ts';

const AT_ONCE = 200;

/** False: something is left that the store does not list, or does not let go. */
export async function sweepScratch(
  transport: Transport,
  path: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { removeTree } = optionalOf(transport);
  try {
    // Where the protocol has it, in one request; what that leaves is looked for one by one.
    await removeTree?.(path, signal).catch(() => undefined);
    return await removeAll(transport, path, signal);
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return false;
  }
}

async function removeAll(
  transport: Transport,
  path: string,
  signal: AbortSignal,
): Promise<boolean> {
  let before = '';
  for (;;) {
    const entries = await entriesOf(transport, path, signal);
    const names = entries.map(({ path: below }) => below).join('/');
    // A store that cuts its listings shows more once the first ones are gone.
    if (entries.length === 0 || names === before) break;
    before = names;
    for (let at = 0; at < entries.length; at += AT_ONCE) {
      const full = await removeSome(transport, entries.slice(at, at + AT_ONCE), signal);
      for (const directory of full) await removeAll(transport, directory, signal);
    }
  }
  const [left] = await removeSome(transport, [{ operation: 'removeDirectory', path }], signal);
  return left === undefined;
}

type Removal = BatchOperation & { readonly operation: 'remove' | 'removeDirectory' };

/** Most directories are empty: they are not listed first. Returns those that are not. */
async function removeSome(
  transport: Transport,
  removals: readonly Removal[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { batch } = optionalOf(transport);
  const results: readonly BatchResult[] =
    batch === undefined
      ? await Promise.all(removals.map((removal) => one(transport, removal, signal)))
      : await batch(removals, signal);
  return removals.flatMap(({ path, operation }, index) => {
    const result = results[index];
    if (result === undefined || result.ok) return [];
    if (operation === 'removeDirectory' && result.error.kind === 'not-empty') return [path];
    throw result.error;
  });
}

async function one(
  transport: Transport,
  { operation, path }: Removal,
  signal: AbortSignal,
): Promise<BatchResult> {
  try {
    await transport[operation](path, signal);
    return { ok: true, value: undefined };
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return { ok: false, error };
  }
}

async function entriesOf(
  transport: Transport,
  path: string,
  signal: AbortSignal,
): Promise<readonly Removal[]> {
  try {
    const { entries } = await transport.list(path, signal);
    return entries.map(({ name, kind }) => ({
      operation: kind === 'directory' ? 'removeDirectory' : 'remove',
      path: `${path}/${name}`,
    }));
  } catch (error) {
    if (error instanceof TransportError && error.kind === 'not-found') return [];
    throw error;
  }
}
