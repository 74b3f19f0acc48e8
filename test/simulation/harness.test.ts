/**
 * A checker that cannot fail proves nothing: a naive engine must be caught in each way of being wrong, one seed must
 * always give one history, and a shortened script must still fail.
 */
import { expect } from 'chai';
import type { OpenFolder } from '../../src/core/ports/folder.ts';
import {
  generateScript,
  profileNamed,
  runScript,
  shrink,
  simulate,
  type FailureKind,
  type Script,
} from '../../src/testkit/simulation/index.ts';
import { openNaiveFolder } from './naive-folder.ts';

const naive: OpenFolder = (parts) => openNaiveFolder(parts);

async function kindsOf(openFolder: OpenFolder, profile: string, runs: number) {
  const kinds = new Set<FailureKind>();
  for (let seed = 1; seed <= runs; seed += 1) {
    const { failures } = await simulate(seed, profile, { openFolder });
    for (const { kind } of failures) kinds.add(kind);
  }
  return kinds;
}

/** Two clients and nothing but these events. */
function scriptOf(events: Script['events']): Script {
  const { clients, ...rest } = generateScript(
    1,
    { ...profileNamed('gentle'), length: 0 },
    'gentle',
  );
  return { ...rest, clients: clients.map((spec) => ({ ...spec, skew: 0 })).slice(0, 2), events };
}

const write = (who: number | 'store', content: number, path = 'p') =>
  ({
    do: 'act',
    who,
    what: { act: 'write', path, content, time: 'now', how: 'place', force: false },
  }) as const;

const sync = (client: number): Script['events'] => [
  { do: 'start', client },
  { do: 'step', client, times: 2000, pick: 0 },
];

describe('the simulation finds what is wrong', () => {
  it('sees that the naive engine loses and diverges', async () => {
    const kinds = await kindsOf(naive, 'plain', 40);
    expect([...kinds]).to.include.members(['lost', 'diverged']);
  });

  it('sees a file that is written under its own name', async () => {
    const openFolder: OpenFolder = (parts) => openNaiveFolder(parts, { inPlace: true });
    expect([...(await kindsOf(openFolder, 'plain', 5))]).to.include('torn');
  });

  it('is content with the naive engine where nobody disagrees', async () => {
    const events: Script['events'] = [
      write(0, 1),
      write(1, 2, 'q'),
      { do: 'start', client: 0 },
      { do: 'step', client: 0, times: 1000, pick: 0 },
    ];
    const { failures } = await runScript(scriptOf(events), { openFolder: naive });
    expect(failures).to.deep.equal([]);
  });

  it('calls a content lost that nobody replaced', async () => {
    const { failures } = await runScript(scriptOf([write(0, 1), write(1, 2)]), {
      openFolder: naive,
    });
    expect(failures.map(({ kind }) => kind)).to.include('lost');
  });

  it('calls content that a person deleted back when it comes again, unless somebody did something with it', async () => {
    const all = [0, 1, 0].flatMap((client) => sync(client));
    const remove = { do: 'act', who: 0, what: { act: 'remove', path: 'p' } } as const;
    const touch = { do: 'act', who: 1, what: { act: 'touch', path: 'p', shift: 2 } } as const;
    const kinds = async (...events: Script['events']) => {
      const { failures } = await runScript(scriptOf([write(0, 1), ...all, ...events]), {
        openFolder: (parts) => openNaiveFolder(parts, { forgetful: true }),
      });
      return failures.map(({ kind }) => kind);
    };
    expect(await kinds(remove, ...sync(0))).to.include('back');
    expect(await kinds(remove, touch, ...sync(0))).not.to.include('back');
    expect(await kinds(remove, { do: 'crash', client: 0 })).not.to.include('back');
  });

  it('calls an engine restless that writes in every round', async () => {
    const openFolder: OpenFolder = (parts) => openNaiveFolder(parts, { restless: true });
    const { failures } = await runScript(scriptOf([write(0, 1)]), { openFolder });
    expect(failures.map(({ kind }) => kind)).to.deep.equal(['restless']);
  });

  it('calls an engine hanging that waits for nothing', async () => {
    const openFolder: OpenFolder = (parts) => openNaiveFolder(parts, { hanging: true });
    const { failures } = await runScript(scriptOf([write(0, 1)]), { openFolder });
    expect(failures.map(({ kind }) => kind)).to.include('hang');
  });

  it('reports what an engine throws', async () => {
    const openFolder: OpenFolder = (parts) => ({
      ...openNaiveFolder(parts),
      sync: () => Promise.reject(new TypeError('oops')),
    });
    const { failures } = await runScript(scriptOf([write(0, 1)]), { openFolder });
    expect(failures[0]).to.include({ kind: 'threw' });
  });
});

describe('the simulation can be repeated', () => {
  it('gives one history and one trace for one seed', async () => {
    for (const profile of ['plain', 'many', 'sleepy', 'lost']) {
      const options = { openFolder: naive, trace: true };
      const first = await simulate(7, profile, options);
      const second = await simulate(7, profile, options);
      expect(second.trace).to.deep.equal(first.trace);
      expect(second.failures).to.deep.equal(first.failures);
    }
  });

  it('makes a failing script short, and it still fails', async () => {
    const script = generateScript(3, profileNamed('plain'), 'plain');
    const short = await shrink(script, { openFolder: naive });
    expect(short.failures).not.to.deep.equal([]);
    expect(short.script.events.length).to.be.lessThan(8);
  });
});
