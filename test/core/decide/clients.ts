/**
 * Three clients with one path, one store and what all have published: each person edits, deletes or syncs at any time.
 * Remembers every content that somebody wrote and that nobody who had it in front of them replaced or deleted.
 */
import { winner } from '../../../src/core/decide/winner.ts';
import type { Entry, Key } from '../../../src/core/model/entry.ts';
import { DIRECTORY_KEY, keyOf, storedKeyOf } from '../../../src/core/model/entry.ts';
import { told } from './steps.ts';
import type { Client, Shared } from './world.ts';
import { round } from './world.ts';

export const NAMES = ['anna', 'bert', 'carl'] as const;
export type Name = (typeof NAMES)[number];

export type Act =
  | { readonly who: Name; readonly do: 'sync' }
  | { readonly who: Name; readonly do: 'write'; readonly entry: Entry }
  | { readonly who: Name; readonly do: 'delete' };

export class People {
  readonly shared: Shared = { recorded: [], store: undefined, saved: new Set(), implied: false };
  readonly clients: readonly Client[];
  readonly #alive = new Set<Key>();
  readonly #log: string[] = [];

  constructor(count: number) {
    this.clients = NAMES.slice(0, count).map((name) => ({
      name,
      local: undefined,
      ancestor: undefined,
      own: new Set(),
      n: 0,
      surveyed: true,
      empty: true,
      news: false,
      unseenBelow: false,
    }));
  }

  act(act: Act): void {
    const client = this.clients.find(({ name }) => name === act.who);
    if (client === undefined) {
      return;
    }
    if (act.do === 'sync') {
      this.sync(client);
      return;
    }
    if (client.local !== undefined) {
      this.#alive.delete(keyOf(client.local));
    }
    client.local = act.do === 'write' ? act.entry : undefined;
    if (client.local !== undefined && keyOf(client.local) !== DIRECTORY_KEY) {
      this.#alive.add(keyOf(client.local));
    }
    this.#log.push(
      `${act.who} ${client.local ? `writes ${keyOf(client.local)[0] ?? ''}` : 'deletes'}`,
    );
  }

  /** True if there was nothing to do. */
  sync(client: Client): boolean {
    const { steps } = round(this.shared, client);
    this.#log.push(`${client.name} syncs: ${steps.map(told).join(', ')}`);
    return steps.length === 0;
  }

  /** All sync in turn until nobody has anything to do. What is wrong then, or nothing. */
  settle(order: readonly Client[]): string | undefined {
    for (let i = 0; i < 12; i++) {
      const quiet = order.map((client) => this.sync(client));
      if (quiet.every((isQuiet) => isQuiet)) {
        const wrong = this.#difference() ?? this.#loss();
        return wrong && `${wrong}\n${this.#log.join('\n')}`;
      }
    }
    return `no rest\n${this.#log.join('\n')}`;
  }

  #difference(): string | undefined {
    const first = winner(this.shared.recorded);
    const key = first && keyOf(first.entry);
    const other = this.clients.find(({ local }) => (local && keyOf(local)) !== key);
    if (other !== undefined) {
      return `${other.name} does not hold the winner ${key ?? ''}`;
    }
    return this.shared.store === storedKeyOf(first?.entry)
      ? undefined
      : 'the store holds something else';
  }

  #loss(): string | undefined {
    const { recorded, saved } = this.shared;
    const kept = new Set([...saved, ...recorded.map((v) => keyOf(v.entry))]);
    const lost = [...this.#alive].find((key) => !kept.has(key));
    return lost && `${lost} is lost`;
  }
}
