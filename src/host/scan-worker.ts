/**
 * The worker thread of the scan: takes directories, answers with their listings, in order. It keeps nothing between requests.
 */
import { parentPort } from 'node:worker_threads';
import { listDirectory } from './scan-list.ts';
import type { Directory, Listing } from './scan-list.ts';

export interface ListRequest {
  readonly id: number;
  readonly directories: readonly Directory[];
}

export interface ListReply {
  readonly id: number;
  readonly listings: readonly Listing[];
}

parentPort?.on('message', ({ id, directories }: ListRequest) => {
  const reply: ListReply = { id, listings: directories.map(listDirectory) };
  parentPort?.postMessage(reply);
});
