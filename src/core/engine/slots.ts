/**
 * Names on a disk that ignores case or Unicode form: two that it cannot tell apart are a problem of the second one, never
 * merged and never dropped.
 */
import { folded, nameOf } from '../model/path.ts';
import type { Context } from './context.ts';
import { problem } from './context.ts';
import type { Plan } from './plan-steps.ts';
import type { LocalView } from './scan.ts';

export class Slots {
  readonly #ctx: Context;
  /** Folded name → path that has it; undefined: this disk tells all names apart. */
  readonly #taken: Map<string, string> | undefined;
  /** Paths that this plan takes away. */
  readonly #going: ReadonlySet<string>;

  constructor(ctx: Context, plan: Plan, local: LocalView) {
    this.#ctx = ctx;
    const { caseSensitive, unicode } = ctx.local.facts;
    this.#taken =
      caseSensitive && unicode === 'as-given'
        ? undefined
        : new Map([...local.entries.keys()].map((path) => [folded(path), path]));
    this.#going = new Set(plan.deletesHere.map((step) => step.path));
  }

  /** True: the name cannot come here, and the problem is told. */
  clash(path: string): boolean {
    const slot = folded(path);
    const taken = this.#taken?.get(slot);
    if (taken === undefined || taken === path || this.#going.has(taken)) {
      this.#taken?.set(slot, path);
      return false;
    }
    const isCase = taken.normalize('NFC') !== path.normalize('NFC');
    problem(this.#ctx, {
      path,
      kind: isCase ? 'case-clash' : 'unicode-clash',
      message: `this computer's disk cannot tell "${nameOf(path)}" from "${nameOf(taken)}"; rename one of them`,
    });
    return true;
  }
}
