/**
 * A few clients that record, publish, read each other's segments and masters in any order, with the real merging. Beside it
 * every change that was ever made, from which the right state of a client follows without merging anything.
 */
import fc from 'fast-check';
import type { Snapshot } from '../../../src/core/decide/merge.ts';
import {
  applyChange,
  freshChanges,
  mergeSnapshot,
  readiness,
} from '../../../src/core/decide/merge.ts';
import type { Entry } from '../../../src/core/model/entry.ts';
import { keyOf } from '../../../src/core/model/entry.ts';
import { Master } from '../../../src/core/model/master.ts';
import type { Change, Seen } from '../../../src/core/model/version.ts';
import { makeDot, maximum, seenHas } from '../../../src/core/model/version.ts';
import { fileOf } from '../arbitraries.ts';

export const CLIENTS = ['anna', 'bert', 'carl'] as const;
export type Name = (typeof CLIENTS)[number];
const PATHS = ['a', 'b'] as const;

export interface Segment {
  readonly client: string;
  readonly from: number;
  readonly to: number;
  readonly seen: Seen;
  readonly changes: readonly Change[];
}

export interface Client {
  readonly name: Name;
  readonly master: Master;
  /** All it has merged, its own unpublished changes included. */
  seen: Seen;
  unpublished: Change[];
}

export type Act =
  | {
      readonly do: 'edit';
      readonly who: Name;
      readonly path: string;
      readonly entry: Entry | null;
      readonly mask: number;
    }
  | { readonly do: 'publish'; readonly who: Name }
  | { readonly do: 'read'; readonly who: Name; readonly of: Name; readonly nth: number }
  | { readonly do: 'copy'; readonly who: Name; readonly of: Name };

export class History {
  readonly clients = new Map<Name, Client>();
  readonly segments: Segment[] = [];
  readonly changes: Change[] = [];

  constructor() {
    for (const name of CLIENTS) {
      this.clients.set(name, { name, master: new Master(), seen: {}, unpublished: [] });
    }
  }

  client(name: Name): Client {
    return this.clients.get(name)!;
  }

  act(act: Act): void {
    const client = this.client(act.who);
    switch (act.do) {
      case 'edit': {
        this.#edit(client, act);
        return;
      }
      case 'publish': {
        this.#publish(client);
        return;
      }
      case 'read': {
        const theirs = this.segments.filter((segment) => segment.client === act.of);
        const segment = theirs[act.nth % Math.max(1, theirs.length)];
        if (segment !== undefined) {
          read(client, segment);
        }
        return;
      }
      case 'copy': {
        const other = this.client(act.of);
        if (other.unpublished.length === 0) {
          merge(client, snapshotOf(other));
        }
      }
    }
  }

  #edit(client: Client, { path, entry, mask }: Extract<Act, { do: 'edit' }>): void {
    const number = (client.seen[client.name] ?? 0) + 1;
    const replaces = client.master
      .recorded(path)
      .filter((_, i) => ((mask >> i) & 1) === 1)
      .map((v) => v.dot);
    const change = { path, dot: makeDot(client.name, number), by: client.name, replaces, entry };
    applyChange(client.master, change);
    client.seen = { ...client.seen, [client.name]: number };
    client.unpublished.push(change);
    this.changes.push(change);
  }

  #publish(client: Client): void {
    const count = client.unpublished.length;
    if (count > 0) {
      const to = client.seen[client.name] ?? 0;
      const { seen, name } = client;
      this.segments.push({
        client: name,
        from: to - count + 1,
        to,
        seen,
        changes: client.unpublished,
      });
      client.unpublished = [];
    }
  }

  /** What a client that has seen this must hold: what was added and what nothing it has seen replaces. */
  expected(seen: Seen): string[] {
    const known = this.changes.filter((change) => seenHas(seen, change.dot));
    const replaced = new Set(known.flatMap((change) => change.replaces));
    return known
      .filter((change) => change.entry !== null && !replaced.has(change.dot))
      .map((change) => `${change.path} ${change.dot} ${change.entry ? keyOf(change.entry) : ''}`)
      .sort();
  }
}

/** `false`: it has to wait for something else. */
export function read(client: Client, segment: Segment): boolean {
  if (readiness(segment, client.seen) !== 'apply') {
    return readiness(segment, client.seen) === 'known';
  }
  for (const change of freshChanges(segment.changes, client.seen)) {
    applyChange(client.master, change);
  }
  client.seen = maximum(client.seen, { [segment.client]: segment.to });
  return true;
}

export function merge(client: Client, snapshot: Snapshot): void {
  mergeSnapshot(client.master, client.seen, snapshot);
  client.seen = maximum(client.seen, snapshot.seen);
}

export function snapshotOf({ master, seen }: Client): Snapshot {
  return { seen, versions: new Map([...master.paths()].map((p) => [p, master.recorded(p)])) };
}

export function copyOf(client: Client): Client {
  const copy = { ...client, master: new Master(), unpublished: [] };
  for (const path of client.master.paths()) {
    copy.master.set(path, client.master.recorded(path));
  }
  return copy;
}

export function held({ master }: Client): string[] {
  return [...master.paths()]
    .flatMap((path) => master.recorded(path).map((v) => `${path} ${v.dot} ${keyOf(v.entry)}`))
    .sort();
}

const who = fc.constantFrom(...CLIENTS);

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('edit' as const),
      who,
      path: fc.constantFrom(...PATHS),
      entry: fc.option(
        fc.nat(3).map((n) => fileOf('abcd'[n] ?? '', n)),
        { freq: 3 },
      ),
      mask: fc.constantFrom(0, 1, 2, 255),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('publish' as const), who }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('read' as const), who, of: who, nth: fc.nat(4) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('copy' as const), who, of: who }) },
);

export const acts = fc.array(act, { maxLength: 30 });

export function played(list: readonly Act[]): History {
  const history = new History();
  for (const one of list) {
    history.act(one);
  }
  return history;
}
