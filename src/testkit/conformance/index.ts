/**
 * The conformance suite: `describeTransport` turns the cases into mocha tests for one transport. A claim that is not
 * made is skipped with its reason; everything else must hold. Works on any root: each case makes, and sweeps, a
 * directory of its own.
 */
import { after, before, describe, it } from 'mocha';
import type { Bench, ConformanceCase, ConformanceGroup } from './case.ts';
import { listCases, lookCases } from './list.ts';
import { nameCases } from './names.ts';
import { optionalCases } from './optional.ts';
import { raceCases } from './race.ts';
import { abortCases, readCases, writeCases } from './read-write.ts';
import { makeDirectoryCases, removeCases, renameCases } from './rename.ts';
import { runCase, type CaseSettings } from './run.ts';
import { outsideCases, sessionCases } from './sessions.ts';
import { stampCases } from './stamps.ts';
import { wholeTreeCases } from './whole-tree.ts';

export const conformanceGroups: readonly ConformanceGroup[] = [
  listCases,
  lookCases,
  writeCases,
  readCases,
  abortCases,
  renameCases,
  removeCases,
  makeDirectoryCases,
  stampCases,
  wholeTreeCases,
  optionalCases,
  nameCases,
  sessionCases,
  outsideCases,
  raceCases,
];

export interface ConformanceOptions extends CaseSettings {
  /** `group: case` → why this transport deviates. A name that fits no case is an error. */
  readonly skip?: Readonly<Record<string, string>>;
  /** Milliseconds for one case; cases of many operations get ten times as much. Default 20,000. */
  readonly timeout?: number;
}

/** The part of mocha's context that a setup may use: `this.skip()` skips the whole suite. */
export interface SetupContext {
  skip(): never;
  timeout(milliseconds: number): unknown;
}

/** Opens the store. Write it as a `function` to use `this`. */
export type Setup = (this: SetupContext) => Promise<Bench>;

/** Declares the whole suite for one transport; call it at the top of a mocha file. */
export function describeTransport(
  name: string,
  setup: Setup,
  options: ConformanceOptions = {},
): void {
  const timeout = options.timeout ?? 20_000;
  refuseUnknownSkips(name, options.skip ?? {});
  describe(`${name}: transport conformance`, () => {
    let bench: Bench | undefined;
    before(async function () {
      this.timeout(timeout * 3);
      bench = await setup.call(this);
    });
    after(async function () {
      this.timeout(timeout * 3);
      await bench?.transport.close();
      await bench?.cleanup?.();
    });
    for (const group of conformanceGroups) {
      describe(group.name, () => {
        for (const one of group.cases) {
          it(one.name, async function () {
            if (bench === undefined) throw new Error('the setup gave no transport');
            const reason = options.skip?.[fullName(group, one)] ?? one.unclaimed?.(bench);
            if (reason !== undefined) {
              if (this.test !== undefined) this.test.title += ` (${reason})`;
              this.skip();
            }
            this.timeout(one.slow === true ? timeout * 10 : timeout);
            await runCase(bench, one, options);
          });
        }
      });
    }
  });
}

function fullName(group: ConformanceGroup, one: ConformanceCase): string {
  return `${group.name}: ${one.name}`;
}

function refuseUnknownSkips(name: string, skip: Readonly<Record<string, string>>): void {
  const known = new Set(
    conformanceGroups.flatMap((group) => group.cases.map((one) => fullName(group, one))),
  );
  const unknown = Object.keys(skip).filter((title) => !known.has(title));
  if (unknown.length > 0) throw new Error(`${name} skips what is no case: ${unknown.join('; ')}`);
}
