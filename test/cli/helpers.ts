/**
 * Runs a command in this process: its own configuration, a scripted engine and store, and everything it prints.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentParts } from '../../src/agent.ts';
import { run } from '../../src/cli/run.ts';
import type { Command, GlobalArguments } from '../../src/cli/run.ts';
import type { Program } from '../../src/cli/program.ts';
import {
  noDeeds,
  type Folder,
  type FolderParts,
  type FolderStatus,
  type SyncReport,
} from '../../src/core/ports/folder.ts';
import type { VerifyReport } from '../../src/core/ports/verify.ts';
import type { LocalTree } from '../../src/core/ports/local-tree.ts';
import { fakeTransport } from '../transport/fake.ts';

export const DONE: SyncReport['done'] = noDeeds();

export const REPORT: SyncReport = {
  rounds: 1,
  inSync: true,
  done: DONE,
  conflicts: [],
  problems: [],
  held: [],
};

export const VERIFIED: VerifyReport = {
  files: 3,
  readFiles: 0,
  readBytes: 0,
  unread: 0,
  faults: [],
};

export const STATUS: FolderStatus = {
  folderId: 'f',
  clientId: 'c',
  files: 3,
  lastRound: 0,
  problems: [],
  held: [],
  clients: [],
};

/** What a scripted engine does; every folder gets its own by name. */
export type Script = Partial<Folder> & { readonly begin?: (parts: FolderParts) => void };

export interface Bench {
  readonly root: string;
  readonly out: string[];
  readonly err: string[];
  /** What the fakes were asked, in order. */
  readonly calls: string[];
  readonly folders: Record<string, Script>;
  parts: Partial<AgentParts>;
  configText: string;
  run(command: Command, args?: Partial<GlobalArguments>): Promise<number>;
  clean(): void;
}

const CONFIG = `
client: laptop
state: ./state
stores:
  disk: { plugin: mount, path: ./store }
folders:
  - { name: docs, local: ./docs, store: disk, path: /sync/docs, ignore: ["*.tmp"] }
  - { name: pics, local: ./pics, store: disk, path: /sync/pics }
`;

export function bench(): Bench {
  const root = mkdtempSync(join(tmpdir(), 'ownsync-test-'));
  const made: Bench = {
    root,
    out: [],
    err: [],
    calls: [],
    folders: {},
    parts: {},
    configText: CONFIG,
    run: async (command, args = {}) => {
      const file = join(root, 'config.yaml');
      mkdirSync(join(root, 'state'), { recursive: true });
      writeFileSync(file, made.configText);
      return await run({ config: file, debug: false, ...args }, command, {
        terminal: {
          out: (line) => made.out.push(line),
          err: (line) => made.err.push(line),
          screen: undefined,
        },
        around: { platform: 'linux', home: root, env: {}, hostName: 'host' },
        signal: new AbortController().signal,
        partsFor: (_config, program) => Promise.resolve(fakeParts(made, program)),
      });
    },
    clean: () => rmSync(root, { recursive: true }),
  };
  return made;
}

const unscripted = (): Promise<never> => Promise.reject(new Error('not scripted'));

function fakeParts(made: Bench, { secrets }: Program): AgentParts {
  const note = (text: string) => made.calls.push(text);
  let ticks = 0;
  secrets.add('s3cret');
  return {
    openFolder: (parts) => {
      const script = made.folders[parts.settings.name] ?? {};
      script.begin?.(parts);
      return {
        sync: (options) => {
          note(
            `sync ${parts.settings.name}${options.wait === undefined ? '' : ` wait ${options.wait}`}`,
          );
          return script.sync?.(options) ?? Promise.resolve(REPORT);
        },
        status: () => script.status?.() ?? STATUS,
        accept: (ids) => script.accept?.(ids) ?? 0,
        restoreHeld: (ids) => script.restoreHeld?.(ids) ?? 0,
        rejoin: (options) => script.rejoin?.(options) ?? Promise.resolve('nothing-to-do'),
        verify: (options) => script.verify?.(options) ?? Promise.resolve(VERIFIED),
        versions: (options) => script.versions?.(options) ?? unscripted(),
        restore: (options) => script.restore?.(options) ?? unscripted(),
        undo: (options) => script.undo?.(options) ?? unscripted(),
      };
    },
    openStore: (name) => {
      note(`open ${name}`);
      const { transport } = fakeTransport({
        close: () => Promise.resolve(void note(`close ${name}`)),
        makeDirectory: (path) => Promise.resolve(void note(`mkdir ${path}`)),
      });
      return Promise.resolve(transport);
    },
    openRaw: () => Promise.reject(new Error('no store is examined here')),
    profiles: { load: () => undefined, save: () => undefined },
    openLocal: () => ({}) as LocalTree,
    openState: (file) => {
      note(`state ${file.slice(made.root.length + 1)}`);
      return { load: () => [], commit: () => undefined, close: () => void note('state closed') };
    },
    stateExists: () => true,
    lock: (local) => {
      note(`lock ${local.slice(made.root.length + 1)}`);
      return { release: () => void note('unlock') };
    },
    machine: () => 'machine',
    clock: { now: () => 600_000, monotonic: () => (ticks += 1000), sleep: () => Promise.resolve() },
    random: { hex: (digits) => '0'.repeat(digits), fraction: () => 0 },
    codec: {
      hasher: () => ({ update: () => undefined, digest: () => '' }),
      compress: () => new Uint8Array(),
      expand: () => '',
    },
    ...made.parts,
  };
}
