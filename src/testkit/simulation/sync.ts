/**
 * One sync of a simulated computer: begun, and judged when it fails. Only errors of its ports, or its cancellation, may end it,
 * and only while things go wrong.
 */
import type { Folder, SyncReport } from '../../core/ports/folder.ts';
import { LocalError } from '../../core/ports/local-tree.ts';
import { TransportError } from '../../core/ports/transport.ts';
import type { Gates } from './gates.ts';
import type { World } from './world.ts';

export interface Sync {
  readonly controller: AbortController;
  readonly finished: Promise<void>;
  settled: boolean;
  report: SyncReport | undefined;
  /** A fault hit this sync, or it was cancelled: it may fail. */
  excused: boolean;
  readonly inChaos: boolean;
}

interface Runner {
  readonly gates: Gates;
  readonly folder: Folder;
}

export function beginSync(
  world: World,
  name: string,
  { dryRun = false, ...run }: Runner & { readonly dryRun?: boolean },
): Sync {
  const controller = new AbortController();
  const begun: SyncReport | Promise<SyncReport> = run.folder.sync({
    ...{ signal: controller.signal, dryRun },
  });
  const sync: Sync = {
    controller,
    settled: false,
    report: undefined,
    excused: false,
    inChaos: world.chaos,
    finished: Promise.resolve(begun).then(
      (report) => {
        sync.settled = true;
        sync.report = report;
      },
      (error: unknown) => {
        sync.settled = true;
        if (run.gates.dead) return;
        world.rejected += 1;
        world.note(`${name} sync failed: ${messageOf(error)}`);
        if (sync.inChaos && isExpected(error, sync.excused)) return;
        world.fail('threw', `${name}: ${detailOf(error)}`);
      },
    ),
  };
  return sync;
}

/** In the chaos a sync may end with the errors of its ports; a cancelled one with whatever cancelled it. */
function isExpected(error: unknown, excused: boolean): boolean {
  if (error instanceof TransportError || error instanceof LocalError) return true;
  if (!excused || !(error instanceof Error)) return false;
  return error.name === 'AbortError' || error.message === 'cancelled by the user';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

function detailOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
