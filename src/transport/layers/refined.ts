/** Lets a store's measured profile stand in for what its plugin claims. Changes no operation. */
import type { Transport } from '../../core/ports/transport.ts';
import type { Measured } from '../profile.ts';
import { refine } from '../profile.ts';
import { around } from './around.ts';

export function withProfile(inner: Transport, measured: Measured): Transport {
  const whole = around(inner, { call: (_operation, signal, run) => run(signal) });
  const capabilities = refine(inner.capabilities, measured);
  if (capabilities.modified === 'set') return { ...whole, capabilities };
  const { setModified: _, ...unable } = whole;
  return { ...unable, capabilities };
}
