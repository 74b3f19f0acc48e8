/**
 * A store and its computers under torture: what a person does there, and what must be true after every crash. It believes the
 * disks of the computers and of the server, never the program.
 */
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Rng } from '../../src/testkit/simulation/rng.ts';
import { differences, readTree, storeDifferences } from '../corpus/tree.ts';
import type { Tree } from '../corpus/tree.ts';
import { accept } from '../../src/cli/accept.ts';
import type { Client } from '../scenarios/client.ts';
import { checkReport, fail, isQuiet } from '../scenarios/stage.ts';
import type { Stage } from '../scenarios/stage.ts';

/** More rounds of all computers than this mean that they do not come to rest. */
const MOST_TURNS = 6;
/** Just above the size from which transfers go on after a cut. */
const LARGE = 9_000_000;

export class World {
  readonly stage: Stage;
  readonly #rng: Rng;
  /** Digests of every content that anybody ever wrote. */
  readonly #written = new Set<string>();
  #names = 0;

  constructor(stage: Stage, rng: Rng) {
    this.stage = stage;
    this.#rng = rng;
  }

  get computers(): readonly [Client, Client] {
    const [laptop, desk] = this.stage.clients;
    return [laptop, desk];
  }

  /** From now on what these computers hold counts as written by their people. */
  note(): void {
    for (const { folder } of this.computers) {
      for (const node of readTree(folder).values()) {
        if (node.kind === 'file') this.#written.add(node.digest);
      }
    }
  }

  /** A person works at a computer: a bit of everything that makes the program do something. */
  work({ folder }: Client, { large = false }: { readonly large?: boolean } = {}): void {
    const files = [...readTree(folder)].flatMap(([path, { kind }]) =>
      kind === 'file' ? [path] : [],
    );
    const any = (): string => files.splice(this.#rng.below(files.length), 1)[0] ?? '';
    for (const size of [0, 10, 5000, 300_000]) this.#write(folder, this.#name('new'), size);
    const album = this.#name('album');
    for (const number of [1, 2, 3]) this.#write(folder, `${album}/deep/${String(number)}`, 2000);
    if (large) this.#write(folder, this.#name('large'), LARGE);
    if (files.length < 8) return;
    this.#write(folder, any(), 7000);
    rmSync(join(folder, any()));
    this.#move(folder, any(), this.#name('moved'));
    utimesSync(join(folder, any()), 1_600_000_000, 1_600_000_000 + this.#rng.below(1e6));
    const directories = [...readTree(folder)].flatMap(([path, { kind }]) =>
      kind === 'directory' && /^album[^/]*$/.test(path) && path !== album ? [path] : [],
    );
    const [oldest] = directories;
    if (oldest !== undefined) this.#move(folder, oldest, this.#name('shelf'));
    const shelves = readdirSync(folder).filter((name) => name.startsWith('shelf'));
    if (shelves.length > 2) rmSync(join(folder, shelves[0] ?? ''), { recursive: true });
  }

  /** Nothing that nobody wrote is visible anywhere. */
  checkNothingTorn(): void {
    const places = [...this.computers.map(({ folder }) => folder), this.stage.place];
    for (const place of places.filter((path) => existsSync(path))) {
      const strange = [...readTree(place)].filter(
        ([, node]) => node.kind === 'file' && !this.#written.has(node.digest),
      );
      fail(
        `torn files are visible in ${place}`,
        strange.map(([path]) => path),
      );
    }
  }

  /** Rounds of all computers, those given first first, until all are quiet and hold what is expected. */
  async checkConverges(first: readonly Client[], expected: Tree): Promise<void> {
    for (let turn = 1; ; turn += 1) {
      let quiet = true;
      for (const client of turn === 1 ? first : this.computers) {
        const report = await client.sync();
        quiet &&= isQuiet(report);
        if (report.held.length > 0) await agree(client);
        if (turn === MOST_TURNS) checkReport(client, report);
      }
      if (quiet && turn > 1) break;
      if (turn === MOST_TURNS) throw new Error(`not quiet after ${String(turn)} rounds of all`);
    }
    for (const { name, folder } of this.computers) {
      fail(`${name} is not as expected`, differences(expected, readTree(folder)));
    }
    const { store, place } = this.stage;
    // A second later for each content that showed the same size and time there before.
    const late = store.keepsTimes ? () => 5 : 'any';
    fail('the store is not as expected', storeDifferences(expected, readTree(place), late));
    this.#checkSwept();
  }

  /** Everything that a kill could leave has been removed by somebody. */
  #checkSwept(): void {
    const { place } = this.stage;
    for (const name of ['staging', 'locks', 'uploads']) {
      const left = readdirSync(join(place, '.ownsync', name), { recursive: true });
      fail(`${name} is not swept`, left.map(String));
    }
    for (const { folder } of this.computers) {
      const temporary = join(folder, '.ownsync/tmp');
      fail('temporary files are not swept', existsSync(temporary) ? readdirSync(temporary) : []);
      const probes = readdirSync(join(folder, '.ownsync')).filter((name) => /^probe/.test(name));
      fail('probes of the disk are not swept', probes);
    }
    const unfinished = readdirSync(place).filter((name) => name.startsWith('.ownsync-'));
    fail('unfinished folders are not swept', unfinished);
  }

  /** So that others take a lease that was left for that of a dead computer, without waiting a minute. */
  ageLease(): void {
    const placing = join(this.stage.place, '.ownsync/locks/placing');
    for (const tx of existsSync(placing) ? readdirSync(placing) : []) {
      const holder = join(placing, tx, 'holder.json');
      const long = Date.now() / 1000 - 300;
      if (existsSync(holder)) utimesSync(holder, long, long);
    }
  }

  #name(kind: string): string {
    this.#names += 1;
    return `${kind} ${String(this.#names)}-${String(this.#rng.below(1e6))}`;
  }

  #write(folder: string, path: string, size: number): void {
    const full = join(folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, randomBytes(size));
  }

  #move(folder: string, from: string, to: string): void {
    renameSync(join(folder, from), join(folder, to));
  }
}

/** What the guard holds waits for a person; this one always agrees. */
async function agree(client: Client): Promise<void> {
  await client.command((program) => accept(program, { ids: [] }));
}
