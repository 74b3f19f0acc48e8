/**
 * What a person does about a question of the program in the quiet rounds, so that the world can come to rest.
 */
import type { SimulatedClient } from './client.ts';

/**
 * Something cannot come to this disk because another name stands for it there: the other one gets a new name. False: nothing
 * is in the way any more.
 */
export function settleClash(client: SimulatedClient, wanted: string): boolean {
  const { user, state } = client.disk;
  const parts = wanted.split('/');
  for (let end = 1; end <= parts.length; end += 1) {
    const path = parts.slice(0, end).join('/');
    const there = [...user.tree().keys()].find((name) => fold(name) === fold(path));
    if (there === undefined || there === state.volume.spelled(path)) continue;
    user.rename(there, `${there}~${client.name}`);
    return true;
  }
  // A disk that knows one form of a name has it for the other one's path already.
  const there = user.entry(wanted) === undefined ? undefined : state.volume.spelled(wanted);
  if (there !== undefined) user.rename(there, `${there}~${client.name}`);
  return there !== undefined;
}

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
