/**
 * What all simulated computers share: one store with its clock, and what is noted about everything. It holds things together and
 * decides nothing.
 */
import { MemoryStore, type MemorySnapshot } from '../memory-store.ts';
import { contentOf, type DirectoryNode } from '../memory-nodes.ts';
import type { SimulatedState } from '../memory-state.ts';
import { Ledger } from './ledger.ts';
import type { Script } from './script.ts';
import type { Limits } from '../../core/engine/limits.ts';
import type { Folder, FolderParts } from '../../core/ports/folder.ts';
import type { Listing } from '../../core/ports/transport.ts';

/** The engine's door, with bounds that a run may narrow. */
export type OpenLimited = (parts: FolderParts, limits: Partial<Limits>) => Folder;

export type FailureKind =
  /** Content that nobody replaced or deleted is on no client. */
  | 'lost'
  /** Trees differ in the end. */
  | 'diverged'
  /** Content that somebody deleted came back, though nothing had gone wrong. */
  | 'back'
  /** Rounds without edits still change something. */
  | 'restless'
  /** Content that nobody wrote is visible under a user's name. */
  | 'torn'
  /** An error that is no TransportError or LocalError, or any error in a quiet round. */
  | 'threw'
  /** A sync waits for nothing, or never ends. */
  | 'hang'
  /** What waits for a person was done all the same. */
  | 'held'
  /** What the rules leave out was deleted, moved or replaced. */
  | 'ignored'
  /** The last report does not say what is true. */
  | 'report';

export interface Failure {
  readonly kind: FailureKind;
  readonly message: string;
}

export abstract class World {
  readonly store = new MemoryStore();
  /** The store's clock at the beginning. */
  readonly start = this.store.clock;
  readonly ledger = new Ledger();
  readonly history: string[] = [];
  readonly failures: Failure[] = [];
  readonly script: Script;
  readonly openFolder: OpenLimited;
  readonly createState: () => SimulatedState;
  readonly trace: string[] | undefined;
  /** What was written to the store since it was last emptied. */
  writes: string[] = [];
  /** False in the quiet rounds. */
  chaos = true;
  /** Earlier listings by path, for those that are stale. */
  readonly listings = new Map<string, readonly Listing[]>();
  storeBackup: MemorySnapshot | undefined;
  /** Contents of users' files that some client has listed. */
  readonly listed = new Set<string>();
  /** Somebody's local folder was another one and joined again. */
  rejoined = false;
  rejected = 0;
  syncs = 0;
  steps = 0;

  constructor(
    script: Script,
    parts: Pick<World, 'openFolder' | 'createState'> & { readonly withTrace: boolean },
  ) {
    this.script = script;
    this.openFolder = parts.openFolder;
    this.createState = parts.createState;
    this.trace = parts.withTrace ? [] : undefined;
  }

  note(line: string): void {
    this.history.push(line);
    this.trace?.push(`** ${line}`);
  }

  /** A port call; one whose answer follows at once takes one line. */
  traceCall(line: string): void {
    const { trace } = this;
    if (trace === undefined) return;
    const begun = `${line.slice(0, -' after'.length)} before`;
    if (line.endsWith(' after') && trace.at(-1) === begun)
      trace[trace.length - 1] = line.slice(0, -6);
    else trace.push(line);
  }

  fail(kind: FailureKind, message: string): void {
    this.failures.push({ kind, message });
    this.trace?.push(`!! ${kind}: ${message}`);
  }

  /** A file with this content is on some computer. */
  abstract isOnSomeDisk(content: string | undefined): boolean;

  pass(milliseconds: number): void {
    this.store.clock += milliseconds;
  }

  /** What users see on the store: path → text of a file, or `/` for a directory. */
  storeTree(): Map<string, string> {
    const found = new Map<string, string>();
    const root = this.store.find('');
    if (root?.kind === 'directory') collect(root, '', found);
    return found;
  }

  /** Size and time of a file, as exact as this store tells them; empty for anything else. */
  weakStamp(path: string): string {
    const node = this.store.find(path);
    return node?.kind === 'file' ? this.stampFor(node.size, node.modified) : '';
  }

  stampFor(size: number, modified: number): string {
    // An agent compares times to the second.
    const precision = Math.max(1000, this.script.store.modifiedPrecision ?? 1000);
    return `${String(size)}@${String(Math.floor(modified / precision))}`;
  }

  /** After each change of the users' tree on the store by an agent: nothing torn, and stamps are remembered. */
  checkStore(who: string, what: string): void {
    for (const [path, text] of this.storeTree()) {
      if (text === '/') continue;
      this.ledger.sawStamp(path, this.weakStamp(path));
      if (this.ledger.isKnown(text)) continue;
      this.fail('torn', `${who} ${what}: store shows ${path} = ${JSON.stringify(text)}`);
    }
  }
}

/** The engine's own names on the store; the ignore file is none of them. */
export function isPrivatePath(path: string): boolean {
  return path === '.ownsync' || path.startsWith('.ownsync/') || path.startsWith('.ownsync-');
}

function collect(directory: DirectoryNode, prefix: string, found: Map<string, string>): void {
  for (const [name, node] of directory.children) {
    const path = prefix + name;
    if (isPrivatePath(path)) continue;
    if (node.kind === 'file') found.set(path, decoder.decode(contentOf(node)));
    else if (node.kind === 'directory') {
      found.set(path, '/');
      collect(node, `${path}/`, found);
    }
  }
}

const decoder = new TextDecoder();
