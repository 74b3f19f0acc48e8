/**
 * Names on a disk that ignores case or Unicode form: two that it cannot tell apart are a problem of the second one, never
 * merged and never dropped.
 */
import { folded, nameOf, parentsOf } from '../model/path.ts';
import type { Context } from './context.ts';
import { problem } from './context.ts';
import type { Plan } from './plan-steps.ts';
import type { LocalView } from './scan.ts';
import { tellsAllNames } from './spelling.ts';

export class Slots {
  readonly #ctx: Context;
  /** Folded name → path that has it; undefined: this disk tells all names apart. */
  readonly #taken: Map<string, string> | undefined;
  /** Paths that this plan takes away. */
  readonly #going: ReadonlySet<string>;

  constructor(ctx: Context, plan: Plan, local: LocalView) {
    this.#ctx = ctx;
    this.#taken = tellsAllNames(ctx.local.facts)
      ? undefined
      : new Map(
          [...heldAbsent(ctx, local), ...local.entries.keys()].map((path) => [
            this.#slot(path),
            path,
          ]),
        );
    this.#going = new Set(plan.deletesHere.map((step) => step.path));
  }

  /** True: the name cannot come here, and the problem is told. */
  clash(path: string): boolean {
    const other = this.#otherSpelling(path);
    if (other === undefined) {
      this.#taken?.set(this.#slot(path), path);
      return false;
    }
    const { wanted, taken } = other;
    const isCase = taken.normalize('NFC') !== wanted.normalize('NFC');
    problem(this.#ctx, {
      path,
      kind: isCase ? 'case-clash' : 'unicode-clash',
      message: `this computer's disk cannot tell "${nameOf(wanted)}" from "${nameOf(taken)}"; rename one of them`,
    });
    return true;
  }

  #slot(path: string): string {
    return this.#ctx.local.facts.caseSensitive ? path.normalize('NFC') : folded(path);
  }

  /** What stands where the path, or a directory above it, would be. */
  #otherSpelling(path: string): { wanted: string; taken: string } | undefined {
    for (const wanted of [...parentsOf(path).reverse(), path]) {
      const taken = this.#taken?.get(this.#slot(wanted));
      if (taken !== undefined && taken !== wanted && !this.#going.has(taken)) {
        return { wanted, taken };
      }
    }
    return undefined;
  }
}

/** Deleted here, and not to be believed yet: what came to such a name would be read as what is missing. */
function heldAbsent({ state }: Context, { entries }: LocalView): string[] {
  return [...state.held.keys()]
    .filter((path) => state.ancestors.has(path) && !entries.has(path))
    .flatMap((path) => [...parentsOf(path), path]);
}
