/**
 * A whole sync with a store that somebody tampered with: records forged and sealed as the program seals them, files cut and
 * replaced, links and other things in their place, names that lead out, depths without end. It ends, with an error of a
 * documented kind or without, and no name comes here that may not.
 */
import fc from 'fast-check';
import { encodeSegment } from '../../src/core/format/segment.ts';
import { parentsOf, pathProblem } from '../../src/core/model/path.ts';
import type { Folder } from '../../src/core/ports/folder.ts';
import { LocalError } from '../../src/core/ports/local-tree.ts';
import { TransportError } from '../../src/core/ports/transport.ts';
import type { Clock, Random } from '../../src/core/ports/world.ts';
import { systemCodec } from '../../src/host/world.ts';
import type { MemoryStore } from '../../src/testkit/memory-store.ts';
import { anySegment, digestOf } from '../core/format/samples.ts';
import { computer, createStore } from '../support/computers.ts';
import { anyTextNamed } from './formats.ts';
import { hostileBytes, hostilePath, mutatedJson } from './hostile.ts';
import { sealed } from './sealed.ts';
import { failing, must, target } from './target.ts';
import type { Target } from './target.ts';

/** More operations than this in one sync: it goes round in circles. */
const MOST_CALLS = 20_000;
const KINDS = [TransportError, LocalError];
const { signal } = new AbortController();

type Tampering =
  | {
      readonly how: 'bytes' | 'cut' | 'remove' | 'directory' | 'link' | 'other';
      readonly which: number;
      readonly bytes: Uint8Array;
    }
  | { readonly how: 'forge'; readonly text: string; readonly name: string }
  | { readonly how: 'name'; readonly below: string; readonly name: string }
  | { readonly how: 'deep'; readonly below: string };

const PLACES = [
  '',
  'd',
  '.ownsync',
  '.ownsync/manifests',
  '.ownsync/master',
  '.ownsync/locks',
  '.ownsync/clients',
  '.ownsync/history',
  '.ownsync/epochs',
];

/** A segment of a client of the enemy's own, with anything in it. */
const forgery = anySegment.chain((segment) => {
  const made = {
    ...segment,
    client: 'enemy',
    k: 1,
    from: 1,
    to: segment.changes.length,
    previous: '',
  };
  const changes = segment.changes.map((change, i) => ({
    ...change,
    dot: `enemy:${String(i + 1)}` as const,
  }));
  const lines = encodeSegment({ ...made, changes }, digestOf)
    .trimEnd()
    .split('\n')
    .slice(0, -1);
  const document = fc.constant(lines.map((line) => JSON.parse(line) as unknown));
  return fc
    .oneof(document, mutatedJson(document))
    .map((value) => sealed(Array.isArray(value) ? (value as unknown[]) : [value]));
});

/** A lease of the enemy's, a client of its own, another folder. */
const plainForgeries = [
  ['holder.json', 'locks/placing/enemy-1-0123/holder.json'] as const,
  ['client files', 'clients/enemy.json'] as const,
  ['format.json', 'format.json'] as const,
].map(([format, name]) =>
  fc.record({
    how: fc.constant('forge' as const),
    text: anyTextNamed(format),
    name: fc.constant(name),
  }),
);

/** Far more text than bytes. */
const BOMB = systemCodec.compress('0'.repeat(5_000_000));

const deep = fc.record({ how: fc.constant('deep' as const), below: fc.constantFrom(...PLACES) });

const tampering: fc.Arbitrary<Tampering> = fc.oneof(
  { weight: 1, arbitrary: deep },
  {
    weight: 20,
    arbitrary: fc.oneof(
      fc.record({
        how: fc.constantFrom('bytes', 'cut', 'remove', 'directory', 'link', 'other'),
        which: fc.nat(),
        bytes: fc.oneof(hostileBytes, fc.constant(BOMB)),
      }),
      fc.record({
        how: fc.constant('forge' as const),
        text: forgery,
        name: fc.constantFrom(
          'manifests/enemy.1.jsonl.gz',
          'manifests/enemy.2.jsonl.gz',
          'master/MASTER_FILE.1-enemy-01.jsonl.gz',
        ),
      }),
      fc.oneof(...plainForgeries),
      fc.record({
        how: fc.constant('name' as const),
        below: fc.constantFrom(...PLACES),
        name: hostilePath,
      }),
    ),
  },
);

function tamper(store: MemoryStore, act: Tampering): void {
  if (act.how === 'forge') {
    if (!isFree(store, `.ownsync/${act.name}`)) return;
    const isPlain = act.name.endsWith('.json');
    store.put(`.ownsync/${act.name}`, isPlain ? act.text : systemCodec.compress(act.text));
  } else if (act.how === 'name') {
    putNamed(store, act);
  } else if (act.how === 'deep') {
    const top = store.find(act.below)?.kind === 'directory' ? act.below : '';
    const path = top === '' ? 'deep' : `${top}/deep`;
    if (store.find(path) === undefined) store.put(`${path}/${'x/'.repeat(250)}f`, 'deep');
  } else {
    const paths = [...store.tree().keys()];
    const path = paths[act.which % paths.length];
    if (path !== undefined) replace(store, path, act);
  }
}

/** A file can be put there. */
function isFree(store: MemoryStore, path: string): boolean {
  const above = parentsOf(path).map((parent) => store.find(parent)?.kind ?? 'directory');
  return above.every((kind) => kind === 'directory') && store.find(path)?.kind !== 'directory';
}

/** A store lists no names with a slash in them. */
function putNamed(store: MemoryStore, act: Extract<Tampering, { how: 'name' }>): void {
  const name = act.name.replaceAll('/', '').replaceAll('\0', '');
  const path = act.below === '' ? name : `${act.below}/${name}`;
  const isName = !['', '.', '..'].includes(name) && store.find(act.below)?.kind === 'directory';
  if (isName && store.find(path) === undefined) store.put(path, 'hostile');
}

function replace(
  store: MemoryStore,
  path: string,
  { how, which, bytes }: Extract<Tampering, { which: number }>,
): void {
  const before = store.bytes(path) ?? bytes;
  store.remove(path);
  if (how === 'bytes') store.put(path, bytes);
  if (how === 'cut') store.put(path, before.subarray(0, which % 100));
  if (how === 'directory') store.makeDirectory(path);
  if (how === 'link' || how === 'other') store.putOdd(path, how);
}

/** Waiting is over at once, time passes, and chance is always the same. */
function hasty(): { readonly clock: Clock; readonly random: Random } {
  let time = 1_800_000_000_000;
  let drawn = 0;
  const clock = {
    now: () => time,
    monotonic: () => time,
    sleep: (milliseconds: number) => {
      time += milliseconds;
      return Promise.resolve();
    },
  };
  const hex = (digits: number): string => {
    drawn += 1;
    return digestOf(String(drawn)).slice(0, digits);
  };
  return { clock, random: { hex, fraction: () => Number.parseInt(hex(8), 16) / 2 ** 32 } };
}

/** What people ask of the past is read from the store too. */
async function lookBack(folder: Folder): Promise<void> {
  const { versions } = await folder.versions({ signal, path: 'edited' });
  const past = versions.find(({ isCurrent, kept }) => !isCurrent && kept === 'history');
  if (past?.number !== undefined) {
    await folder.restore({ signal, path: 'edited', version: past.number, to: { path: 'past' } });
  }
  await folder.versions({ signal, path: '' });
  await folder.restore({ signal, path: '', at: 1_800_000_000_000 });
  await folder.undo({ signal });
  await folder.verify({ signal });
}

async function synced(acts: readonly (readonly Tampering[])[]): Promise<void> {
  const store = createStore();
  const counts = { calls: 0 };
  const before = (): void => {
    counts.calls += 1;
    if (counts.calls > MOST_CALLS) throw new TypeError('it goes round in circles');
  };
  const options = { ...hasty(), gates: { before } };
  const [laptop, desk] = [computer(store, 'laptop', options), computer(store, 'desk', options)];
  for (const name of ['a', 'b', 'd/e', 'd/f/g']) laptop.user.write(name, `content of ${name}`);
  for (const client of [laptop, desk]) await client.sync();
  for (const [turn, tampered] of acts.entries()) {
    for (const act of tampered) tamper(store, act);
    const canEdit = desk.user.tree().get('edited')?.kind !== 'directory';
    if (canEdit) desk.user.write('edited', `in turn ${String(turn)}`);
    for (const client of [desk, laptop]) {
      counts.calls = 0;
      await failing(() => client.sync(), ...KINDS);
      if (turn === acts.length - 1) await failing(() => lookBack(client.open()), ...KINDS);
      for (const path of client.user.tree().keys()) {
        must(pathProblem(path) === undefined, () => `${JSON.stringify(path)} came here`);
      }
    }
  }
}

export const storeTargets: readonly Target[] = [
  target(
    'stores that somebody tampers with',
    fc.array(fc.array(tampering, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
    { share: 0.1, check: synced },
  ),
];
