/**
 * The configuration as the program uses it: defaults filled in, paths absolute, durations in milliseconds. Secrets are
 * still as written and are resolved only when a store is opened.
 */
import type { ConfigProblem } from './problem.ts';
import type { DataPath } from './yaml-text.ts';

export interface StoreConfig {
  readonly name: string;
  readonly plugin: string;
  /** Options for the plugin, as written. */
  readonly options: Readonly<Record<string, unknown>>;
}

export interface FolderConfig {
  readonly name: string;
  /** Absolute. */
  readonly local: string;
  readonly store: string;
  /** On the store; relative to its root, no slash at either end, `""` is the root. */
  readonly path: string;
  readonly ignore: readonly string[];
  readonly rounds: 'relaxed' | 'strict';
  readonly deletedOnStore: 'follow' | 'restore';
  /** Milliseconds, as the three below. */
  readonly settle: number;
  readonly retention: number;
  readonly liveFor: number;
  /** Bytes; undefined: no limit. */
  readonly historySize?: number | undefined;
  /** 0: strict rounds wait for nobody. */
  readonly strictWait: number;
  readonly webRoot: boolean;
}

export interface Config {
  /** Absolute. */
  readonly file: string;
  /** The file's directory, from which relative paths count. */
  readonly directory: string;
  readonly client: string;
  /** Absolute directory of the local state. */
  readonly state: string;
  readonly stores: ReadonlyMap<string, StoreConfig>;
  readonly folders: readonly FolderConfig[];
  /** A problem at a place of this file, for what shows only later. */
  readonly problemAt: (path: DataPath, message: string) => ConfigProblem;
}
