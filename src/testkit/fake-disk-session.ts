/**
 * One program's connection to a fake disk: its gate, and the steps that every operation has in common. It changes nothing.
 */
import { LocalError, type LocalStat } from '../core/ports/local-tree.ts';
import type { DiskState } from './fake-disk-state.ts';
import { sameStat, statOf } from './fake-volume.ts';

/** `before` an operation looked, `between` two of its steps, `after` its effect and before its answer. */
export type DiskPoint = 'before' | 'between' | 'after';

/** May throw or never resolve; undefined goes on at once. */
export type DiskGate = (
  point: DiskPoint,
  operation: string,
  path: string,
) => Promise<void> | undefined;

export interface Session {
  readonly state: DiskState;
  readonly gate: DiskGate;
}

export interface Call {
  readonly operation: string;
  readonly path: string;
  /** May be called while the root is missing. */
  readonly rootless?: boolean;
}

export async function perform<T>(session: Session, call: Call, effect: () => T): Promise<T> {
  await pass(session, 'before', call);
  if (call.rootless !== true) checkRoot(session.state, call.path);
  const result = effect();
  await pass(session, 'after', call);
  return result;
}

export function pass(session: Session, point: DiskPoint, { operation, path }: Call) {
  return session.gate(point, operation, path);
}

export function checkRoot(state: DiskState, path: string): void {
  if (state.present) return;
  throw new LocalError('the folder is not there', { kind: 'missing-root', path });
}

export function current(session: Session, path: string): LocalStat | undefined {
  const node = session.state.volume.find(path);
  return node === undefined ? undefined : statOf(node);
}

export function asExpected(
  session: Session,
  path: string,
  expected: LocalStat | undefined,
): boolean {
  const node = session.state.volume.find(path);
  if (node === undefined || expected === undefined) return node === expected;
  return sameStat(statOf(node), expected);
}
