/**
 * The main thread's side of the scan worker: one thread for the whole process, started at the first scan, never keeping the
 * process alive when nothing is asked of it. If it cannot be started or dies, the scans under way fail; nothing falls back in silence.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { LocalError } from '../core/ports/local-tree.ts';
import type { Directory, Listing } from './scan-list.ts';
import type { ListReply, ListRequest } from './scan-worker.ts';

interface Waiting {
  readonly resolve: (listings: readonly Listing[]) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
}

let thread: Thread | undefined;
let lastId = 0;

/** Listings of the directories, in the same order. */
export function listInThread(directories: readonly Directory[]): Promise<readonly Listing[]> {
  const { worker, waiting } = (thread ??= start());
  lastId += 1;
  const request: ListRequest = { id: lastId, directories };
  return new Promise((resolve, reject) => {
    waiting.set(request.id, { resolve, reject });
    worker.ref();
    worker.postMessage(request);
  });
}

function start(): Thread {
  const worker = startWorker();
  const waiting = new Map<number, Waiting>();
  worker.on('message', ({ id, listings }: ListReply) => {
    waiting.get(id)?.resolve(listings);
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
  });
  const fail = (cause: unknown): void => {
    if (thread?.worker === worker) thread = undefined;
    for (const { reject } of waiting.values()) reject(ended(cause));
    waiting.clear();
  };
  worker.on('error', fail);
  worker.on('exit', fail);
  worker.unref();
  return { worker, waiting };
}

function ended(cause: unknown): LocalError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new LocalError(`The thread that scans the folder ended: ${why}.`, {
    kind: 'unknown',
    cause,
  });
}

function startWorker(): Worker {
  const name = 'ownsync scan';
  if (!import.meta.url.endsWith('.ts')) {
    return new Worker(new URL('./scan-worker.js', import.meta.url), { name });
  }
  // From source, in tests: a thread does not get the loader that this process reads TypeScript with, and registers it itself.
  const loader = JSON.stringify(createRequire(import.meta.url).resolve('tsx/cjs/api'));
  const worker = JSON.stringify(fileURLToPath(new URL('./scan-worker.ts', import.meta.url)));
  return new Worker(`require(${loader}).register(); require(${worker});`, { name, eval: true });
}
