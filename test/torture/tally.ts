/** Which steps were hit how often, on which store, and the table of it for docs/reliability.md. */
import type { Hit } from './program.ts';

export class Tally {
  /** Store → kind of step → kills. */
  readonly #kills = new Map<string, Map<string, number>>();
  /** Store → trouble → times. */
  readonly #troubles = new Map<string, Map<string, number>>();

  /** Store → kind of step → times that it was aimed at and did not come. */
  readonly #misses = new Map<string, Map<string, number>>();

  kill(store: string, { scope, kind, moment }: Hit): void {
    add(this.#kills, store, scope === 'store' ? kind : `here: ${kind}`);
    add(this.#kills, store, `(${moment})`);
  }

  miss(store: string, kind: string): void {
    add(this.#misses, store, kind);
  }

  trouble(store: string, what: string): void {
    add(this.#troubles, store, what);
  }

  kills(store: string, kind?: string): number {
    const kinds = this.#kills.get(store) ?? new Map<string, number>();
    if (kind !== undefined) return kinds.get(kind) ?? 0;
    return [...kinds].reduce((sum, [name, count]) => sum + (isMoment(name) ? 0 : count), 0);
  }

  /** The kind that was hit least of these; one that never comes gives way to others. */
  rarest(store: string, kinds: readonly string[]): string | undefined {
    const tried = (kind: string) =>
      this.kills(store, kind) + (this.#misses.get(store)?.get(kind) ?? 0);
    return [...kinds].sort((a, b) => tried(a) - tried(b))[0];
  }

  /** In Markdown. */
  table(): string {
    const stores = [...new Set([...this.#kills.keys(), ...this.#troubles.keys()])];
    const kinds = names(this.#kills);
    return [
      row(['killed at', ...stores]),
      row(['---', ...stores.map(() => '---:')]),
      ...kinds
        .filter((kind) => !isMoment(kind))
        .map((kind) => row([kind, ...counts(this.#kills, stores, kind)])),
      row(['**all**', ...stores.map((store) => `**${String(this.kills(store))}**`)]),
      ...kinds.filter(isMoment).map((kind) => row([kind, ...counts(this.#kills, stores, kind)])),
      ...names(this.#troubles).map((what) => row([what, ...counts(this.#troubles, stores, what)])),
    ].join('\n');
  }
}

type Counts = Map<string, Map<string, number>>;

function isMoment(kind: string): boolean {
  return kind.startsWith('(');
}

function add(all: Counts, store: string, what: string): void {
  const counted = all.get(store) ?? new Map<string, number>();
  all.set(store, counted.set(what, (counted.get(what) ?? 0) + 1));
}

function names(all: Counts): string[] {
  return [...new Set([...all.values()].flatMap((counted) => [...counted.keys()]))].sort();
}

function counts(all: Counts, stores: readonly string[], what: string): string[] {
  return stores.map((store) => String(all.get(store)?.get(what) ?? 0));
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
