/**
 * Runs `ownsync init` in this process: with flags alone, or with a person who reads what is on the screen and types.
 * Everything happens below a temporary home.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import type { InitArguments } from '../../src/cli/init-given.ts';
import type { Command } from '../../src/cli/run.ts';

/** What a plugin throws is known by its class: the program has to be loaded in the way in which it loads its plugins. */
const load = async () => ({
  ...(await import('../../src/cli/init.ts')),
  ...(await import('../../src/cli/run.ts')),
  ...(await import('../../src/cli/sync.ts')),
});

const PATIENCE = 20_000;

/** What a person does: waits until the screen shows a text, then types. */
export type Step = readonly [sees: string | RegExp, types: string];

export const ENTER = '\r';
export const DOWN = '\u001b[B';
export const CLEAR = '\u0015';
export const STOP = '\u0003';

/** Key by key, as nobody types faster than a program reads. Fails when the screen does not show what is waited for. */
export async function type(
  steps: readonly Step[],
  { screen, press }: { screen: () => string; press: (key: string) => void },
): Promise<void> {
  let read = 0;
  for (const [sees, types] of steps) {
    const end = Date.now() + PATIENCE;
    const fresh = (): string => screen().slice(read);
    while (!(typeof sees === 'string' ? fresh().includes(sees) : sees.test(fresh()))) {
      if (Date.now() > end) throw new Error(`did not see ${String(sees)} but:\n${fresh()}`);
      await pause(10);
    }
    read = screen().length;
    // eslint-disable-next-line no-control-regex -- an arrow is one key
    for (const key of types.match(/\u001b\[.|[^]/g) ?? []) {
      press(key);
      await pause(3);
    }
  }
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

export class Home {
  readonly root = mkdtempSync(join(tmpdir(), 'ownsync-test-'));
  readonly file = join(this.root, '.config', 'ownsync', 'config.yaml');
  readonly local = join(this.root, 'docs');
  env: Record<string, string> = {};
  /** What the last run printed. */
  out: string[] = [];
  err: string[] = [];
  screen = '';

  constructor() {
    mkdirSync(this.local);
  }

  get text(): string | undefined {
    return existsSync(this.file) ? readFileSync(this.file, 'utf8') : undefined;
  }

  /** Nobody is there to be asked. */
  async flags(args: Partial<InitArguments>): Promise<number> {
    const { init } = await load();
    return await this.#run((program) => init(program, this.#filled(args)));
  }

  async person(args: Partial<InitArguments>, steps: readonly Step[]): Promise<number> {
    const keyboard = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
    this.screen = '';
    const { init } = await load();
    const screen = Object.assign(
      new Writable({
        write: (chunk: Buffer, _, done) => {
          this.screen += stripVTControlCharacters(chunk.toString());
          done();
        },
      }),
      { isTTY: true, columns: 200, rows: 50 },
    );
    const ending = this.#run((program) => init(program, this.#filled(args)), {
      keyboard: keyboard as unknown as NodeJS.ReadStream,
      screen: screen as unknown as NodeJS.WriteStream,
    });
    const typing = type(steps, {
      screen: () => this.screen,
      press: (key) => void keyboard.write(key),
    });
    await Promise.race([typing, ending]);
    return await ending;
  }

  async sync(): Promise<number> {
    const { sync } = await load();
    return await this.#run((program) =>
      sync(program, { folders: [], dryRun: false, wait: undefined, json: false }),
    );
  }

  clean(): void {
    rmSync(this.root, { recursive: true });
  }

  #filled(args: Partial<InitArguments>): InitArguments {
    const nothing = { store: undefined, plugin: undefined, local: undefined, name: undefined };
    const rest = { path: undefined, client: undefined, set: [], test: true, cwd: this.root };
    return { ...nothing, ...rest, ...args };
  }

  async #run(
    command: Command,
    terminal: { keyboard?: NodeJS.ReadStream; screen?: NodeJS.WriteStream } = {},
  ): Promise<number> {
    [this.out, this.err] = [[], []];
    const { run } = await load();
    return await run({ debug: false }, command, {
      terminal: {
        out: (line) => this.out.push(line),
        err: (line) => this.err.push(line),
        screen: terminal.screen,
        keyboard: terminal.keyboard,
      },
      around: { platform: 'linux', home: this.root, env: this.env, hostName: 'laptop' },
      signal: new AbortController().signal,
    });
  }
}
