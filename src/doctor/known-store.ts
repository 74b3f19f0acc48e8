/**
 * A store together with what was measured of it before. A server that calls itself something else than it did then is
 * another server: the few quick questions are asked again, before anything is decided by old answers.
 */
import type { Transport } from '../core/ports/transport.ts';
import type { Clock, Log, Random } from '../core/ports/world.ts';
import type { StoreProfiles } from '../host/store-profiles.ts';
import { withProfile } from '../transport/layers/refined.ts';
import { aboutOf, examine } from './examine.ts';

export interface KnownStoreParts {
  readonly name: string;
  readonly profiles: StoreProfiles;
  readonly connect: () => Promise<Transport>;
  /** A dry run writes nothing, not even a scratch directory: an unknown server is then taken as its plugin claims. */
  readonly mayWrite: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** Never measured: as its plugin claims. */
export async function asKnown(transport: Transport, parts: KnownStoreParts): Promise<Transport> {
  const { name, profiles, signal, log } = parts;
  const known = profiles.load(name);
  if (known === undefined) return transport;
  const { identity } = await aboutOf(transport, signal);
  if (identity === known.identity) return withProfile(transport, known.measured);
  if (!parts.mayWrite) return transport;
  log('info', 'the server is another one than was measured; it is measured again', {
    store: name,
    was: known.identity,
    is: identity,
  });
  const { profile } = await examine({ ...parts, transport, quick: true });
  profiles.save(name, profile);
  return withProfile(transport, profile.measured);
}
