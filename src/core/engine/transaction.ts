/** What a placing transaction consists of, as remembered in the local state until it is over. */
import type { Entry, FileEntry, Key } from '../model/entry.ts';
import type { Dot } from '../model/version.ts';
import type { Stamp } from '../ports/transport.ts';

/** One path that gets a record when the item it belongs to is done. */
export interface Member {
  readonly path: string;
  /** Null: deleted. */
  readonly entry: Entry | null;
  readonly over: readonly Dot[];
  /** Of the staged file. */
  readonly stamp?: Stamp;
  /** Made only because something below it needs it: a sighting, no record. */
  readonly implied?: true;
}

export interface Item {
  readonly index: number;
  readonly action: 'put' | 'tree' | 'delete' | 'remove-directory' | 'move' | 'move-tree' | 'touch';
  readonly path: string;
  readonly from?: string;
  /** What the store is expected to hold at the path (for a move: at `from`) before. */
  readonly expected?: { readonly key: Key; readonly dots: readonly Dot[]; readonly stamp: Stamp };
  readonly members: readonly Member[];
  /** For a move or a touch: the file's entry. */
  readonly file?: FileEntry;
}

export interface Transaction {
  readonly tx: string;
  readonly items: readonly Item[];
  /** `recorded`: results are committed; what remains is publishing, history and sweeping. */
  readonly phase: 'placing' | 'recorded';
  /** Day and number of its folder in the history. */
  readonly history: string;
}

/** A large file on its way to the store. */
export interface Part {
  /** Its staged name on the store. */
  readonly name: string;
  /** Of the whole content. */
  readonly digest: string;
  /** Once it has arrived whole, and was what it should be. */
  readonly stamp?: Stamp;
}
