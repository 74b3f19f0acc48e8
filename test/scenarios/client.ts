/**
 * One computer of a scenario: its own folder, state and configuration, and the ways to sync it: in this process through
 * the agent, in this process through a command as a person sees it, or as a process of its own.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolders } from '../../src/agent.ts';
import { systemParts } from '../../src/cli/parts.ts';
import type { Program } from '../../src/cli/program.ts';
import { run } from '../../src/cli/run.ts';
import type { Command } from '../../src/cli/run.ts';
import { createSecretKeeper } from '../../src/cli/secret-keeper.ts';
import { sync as syncCommand } from '../../src/cli/sync.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { SyncReport } from '../../src/core/ports/folder.ts';
import type { Transport } from '../../src/core/ports/transport.ts';
import { around } from '../../src/transport/layers/around.ts';
import { projectRoot } from '../support/project.ts';
import { PLACE } from './stores.ts';

/** One operation on the store; those of a batch count singly. */
export interface Operation {
  readonly name: string;
  /** Relative to the store's root. */
  readonly path: string;
  /** When it was begun, by the clock of all computers in this process, milliseconds. */
  readonly at: number;
}

/** What a person sees of a command. */
export interface Shown {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface ClientOptions {
  /** Lines of the store's settings. */
  readonly store: readonly string[];
  /** Default: a directory that is made. */
  readonly folder?: string;
  /** Default: relaxed. */
  readonly rounds?: 'relaxed' | 'strict';
  /** Put around the store's transport in {@link Client.sync}. Default: nothing. */
  readonly layer?: (inner: Transport) => Transport;
}

export class Client {
  readonly #layer: (inner: Transport) => Transport;
  readonly name: string;
  readonly folder: string;
  readonly config: string;
  /** What the last {@link Client.sync} asked of the store. */
  operations: Operation[] = [];

  constructor(root: string, name: string, options: ClientOptions) {
    const home = join(root, name);
    this.name = name;
    this.#layer = options.layer ?? ((inner) => inner);
    this.folder = options.folder ?? join(home, 'folder');
    this.config = join(home, 'config.yaml');
    mkdirSync(home, { recursive: true });
    if (options.folder === undefined) mkdirSync(this.folder);
    this.configure(options);
  }

  /** Writes the configuration anew. */
  configure({ store, rounds = 'relaxed' }: Pick<ClientOptions, 'store' | 'rounds'>): void {
    const text = [
      `client: ${this.name}`,
      'state: ./state',
      'stores:',
      '  place:',
      ...store.map((line) => `    ${line}`),
      'folders:',
      '  - name: documents',
      `    local: ${JSON.stringify(this.folder)}`,
      '    store: place',
      `    path: /${PLACE}`,
      '    settle: 0s',
      `    rounds: ${rounds}`,
      '',
    ];
    writeFileSync(this.config, text.join('\n'), { mode: 0o600 });
  }

  /** Rounds through the agent. Fails as the folder does. */
  async sync(signal = new AbortController().signal): Promise<SyncReport> {
    this.operations = [];
    const program = this.#program();
    const config = await loadConfig(this.config, program.around);
    const parts = systemParts(config, program);
    const [outcome] = await syncFolders({
      ...{ config, folders: config.folders, log: program.log, signal },
      parts: {
        ...parts,
        openStore: async (name, options) =>
          recorded(this.#layer(await parts.openStore(name, options)), this.operations),
      },
      dryRun: false,
      wait: undefined,
      onEvent: () => undefined,
    });
    if (outcome === undefined) throw new Error('no folder is configured');
    if (!outcome.ok) throw outcome.error;
    return outcome.value;
  }

  /** `ownsync sync` in this process. */
  async show(): Promise<Shown> {
    return await this.command(
      async (program) =>
        await syncCommand(program, { folders: [], dryRun: false, wait: undefined, json: false }),
    );
  }

  /** Any command in this process. */
  async command(command: Command): Promise<Shown> {
    const [out, err]: [string[], string[]] = [[], []];
    const { around, signal, partsFor } = this.#program();
    const code = await run({ config: this.config, debug: false }, command, {
      terminal: { out: (line) => out.push(line), err: (line) => err.push(line), screen: undefined },
      ...{ around, signal, partsFor },
    });
    return { code, out: out.join('\n'), err: err.join('\n') };
  }

  /** `ownsync` as a process of its own; `program` is the built one or the source. */
  async process(args: readonly string[], program: readonly string[] = SOURCE): Promise<Shown> {
    const child = spawn(process.execPath, [...program, ...args, '--config', this.config], {
      cwd: projectRoot,
      env: { ...process.env, NODE_OPTIONS: '', NODE_V8_COVERAGE: '' },
    });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
    child.stderr.on('data', (bytes: Buffer) => err.push(bytes));
    return await new Promise((resolve) => {
      child.on('close', (code) => {
        const [shown, errors] = [Buffer.concat(out).toString(), Buffer.concat(err).toString()];
        resolve({ code, out: shown, err: errors });
      });
    });
  }

  #program(): Program {
    const secrets = createSecretKeeper();
    return {
      terminal: { out: () => undefined, err: () => undefined, screen: undefined },
      around: { platform: process.platform, home: this.folder, env: {}, hostName: this.name },
      configFile: this.config,
      signal: new AbortController().signal,
      log: () => undefined,
      secrets,
      partsFor: (config, program) => Promise.resolve(systemParts(config, program)),
    };
  }
}

const SOURCE: readonly string[] = ['--import=tsx', join(projectRoot, 'src/cli.ts')];

/** The same transport; what is asked of it is noted. */
function recorded(inner: Transport, operations: Operation[]): Transport {
  return around(inner, {
    call: (operation, signal, run) => {
      operations.push({ name: operation.name, path: operation.path ?? '', at: performance.now() });
      return run(signal);
    },
    batch: ({ operations: batched, signal, run }) => {
      for (const one of batched) {
        const path = 'path' in one ? one.path : one.from;
        operations.push({ name: one.operation, path, at: performance.now() });
      }
      return run(batched, signal);
    },
  });
}

/** Paths, relative to the folder's place, of all operations of these names. */
export function pathsOf({ operations }: Client, names: readonly string[]): string[] {
  return operations.flatMap(({ name, path }) =>
    names.includes(name) && path.startsWith(`${PLACE}/`) ? [path.slice(PLACE.length + 1)] : [],
  );
}

/** True for what is ownsync's own on the store. */
export function isOwn(path: string): boolean {
  return /^\.ownsync(-[^/]*)?(\/|$)/.test(path);
}

/** What changes something on the store. */
export const WRITES: readonly string[] = [
  ...['write', 'resume', 'rename', 'remove', 'removeDirectory', 'makeDirectory', 'setModified'],
  'copy',
];
