/** Removes the doctor's own scratch directory with all that is in it. Must never be given another. */
import type { Transport } from '../core/ports/transport.ts';
import { TransportError } from '../core/ports/transport.ts';

const AT_ONCE = 200;

export async function removeTree(
  transport: Transport,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const entries = await transport.list(path, signal).then(
    (listing) => [...listing.entries],
    (error: unknown) => {
      if (error instanceof TransportError && error.kind === 'not-found') return [];
      throw error;
    },
  );
  while (entries.length > 0) {
    const some = entries.splice(0, AT_ONCE);
    await Promise.all(
      some.map(({ name, kind }) =>
        kind === 'directory'
          ? removeTree(transport, `${path}/${name}`, signal)
          : transport.remove(`${path}/${name}`, signal),
      ),
    );
  }
  await transport.removeDirectory(path, signal);
}
