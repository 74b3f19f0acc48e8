/** Removes the doctor's own scratch directory with all that is in it. Must never be given another. */
import type { ListedEntry, Transport } from '../core/ports/transport.ts';
import { TransportError } from '../core/ports/transport.ts';

const AT_ONCE = 200;

/** False: something is left that the store does not list, or does not let go. */
export async function removeTree(
  transport: Transport,
  path: string,
  signal: AbortSignal,
): Promise<boolean> {
  let before = '';
  for (;;) {
    const entries = await entriesOf(transport, path, signal);
    const names = entries.map(({ name }) => name).join('/');
    // A store that cuts its listings shows more once the first ones are gone.
    if (entries.length === 0 || names === before) break;
    before = names;
    for (let at = 0; at < entries.length; at += AT_ONCE) {
      await Promise.all(
        entries
          .slice(at, at + AT_ONCE)
          .map(({ name, kind }) =>
            kind === 'directory'
              ? removeTree(transport, `${path}/${name}`, signal)
              : transport.remove(`${path}/${name}`, signal),
          ),
      );
    }
  }
  try {
    await transport.removeDirectory(path, signal);
    return true;
  } catch (error) {
    if (error instanceof TransportError && error.kind === 'not-empty') return false;
    throw error;
  }
}

async function entriesOf(
  transport: Transport,
  path: string,
  signal: AbortSignal,
): Promise<readonly ListedEntry[]> {
  try {
    return (await transport.list(path, signal)).entries;
  } catch (error) {
    if (error instanceof TransportError && error.kind === 'not-found') return [];
    throw error;
  }
}
