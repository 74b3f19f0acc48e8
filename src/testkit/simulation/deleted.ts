/**
 * Contents that must not come back: a person deleted or replaced them when everybody had them, in a world where nothing went
 * wrong, and nobody ever did anything else with them. Like the ledger it listens to people only.
 */
import type { FakeDisk } from '../fake-disk.ts';
import type { Script, SimulationEvent } from './script.ts';

/** Where a content was deleted. */
export interface Grave {
  readonly by: string;
  readonly path: string;
}

export class Deleted {
  readonly #gone = new Map<string, Grave>();
  readonly #spared = new Set<string>();

  add(content: string, grave: Grave): void {
    if (!this.#spared.has(content)) this.#gone.set(content, grave);
  }

  /** Somebody did something else with it, so that it may come back. */
  spare(content: string): void {
    this.#spared.add(content);
    this.#gone.delete(content);
  }

  /** Another program wrote there: what was aside at that moment rightly comes back beside it. */
  spareAt(where: string): void {
    for (const [content, { path }] of this.#gone) {
      const isNear = path === where || path.startsWith(`${where}/`) || where.startsWith(`${path}/`);
      if (isNear) this.spare(content);
    }
  }

  /** A person moved things about to settle a clash of names. */
  spareAll(): void {
    for (const content of [...this.#gone.keys()]) this.spare(content);
  }

  get all(): ReadonlyMap<string, Grave> {
    return this.#gone;
  }
}

/** Nothing is in it that might rightly bring something back: no fault, no crash, nothing set back, nothing ignored. */
export function isUndisturbed({ events, late, deletedOnStore }: Script): boolean {
  return late.length === 0 && deletedOnStore !== 'restore' && events.every(isHarmless);
}

const harmless = new Set<SimulationEvent['do']>(['start', 'accept', 'time']);

function isHarmless(event: SimulationEvent): boolean {
  if (event.do === 'step') return event.fault === undefined;
  if (event.do === 'act') return event.what.act !== 'ignore';
  return harmless.has(event.do);
}

/** Files: path → text. */
export function textsOf({ disk }: { readonly disk: FakeDisk }): Map<string, string> {
  return new Map(
    [...disk.user.tree()].flatMap(([path, entry]) =>
      entry.kind === 'file' ? [[path, entry.text]] : [],
    ),
  );
}
