/**
 * Exit codes, explanations and words: the small pure parts of the command line.
 */
import { expect } from 'chai';
import { exitOfReport, worstExit } from '../../src/cli/exit-codes.ts';
import { explain, explanationLines } from '../../src/cli/explain.ts';
import { LOCAL_REACTIONS, TRANSPORT_REACTIONS } from '../../src/cli/reactions.ts';
import { ago, size } from '../../src/cli/words.ts';
import type { SyncReport } from '../../src/core/ports/folder.ts';
import { LocalError } from '../../src/core/ports/local-tree.ts';
import type { LocalErrorKind } from '../../src/core/ports/local-tree.ts';
import { TransportError } from '../../src/core/ports/transport.ts';
import type { TransportErrorKind } from '../../src/core/ports/transport.ts';
import { REPORT } from './helpers.ts';

const plain = { redact: (text: string) => text };

describe('exit codes', () => {
  const held = [{ id: 'h', origin: 'o', action: 'delete-here', paths: ['a'] }] as const;
  const problems = [{ path: 'a', kind: 'busy', message: 'm' }] as const;
  const rows: readonly (readonly [string, Partial<SyncReport>, number])[] = [
    ['in sync', {}, 0],
    ['a conflict alone', { conflicts: ['a'] }, 0],
    ['paths with problems', { problems }, 3],
    ['clients that were waited for in vain', { missingClients: ['desk'] }, 3],
    ['nobody left to wait for', { missingClients: [] }, 0],
    ['something left to do', { inSync: false }, 3],
    [
      'a dry run with something to do',
      { inSync: false, plan: [{ deed: 'uploaded', path: 'a' }] },
      0,
    ],
    ['held paths, with problems', { held, problems }, 4],
    ['a halt', { inSync: false, halt: { reason: 'format-too-new', message: 'm' } }, 4],
  ];
  for (const [name, part, code] of rows) {
    it(`${name}: ${code}`, () => {
      expect(exitOfReport({ ...REPORT, ...part })).to.equal(code);
    });
  }

  it('the worst wins: 2, 1, 4, 3, 0', () => {
    expect(worstExit([])).to.equal(0);
    expect(worstExit([0, 3])).to.equal(3);
    expect(worstExit([3, 4, 0])).to.equal(4);
    expect(worstExit([4, 1])).to.equal(1);
    expect(worstExit([1, 2, 4])).to.equal(2);
  });
});

describe('explanations', () => {
  for (const kind of Object.keys(TRANSPORT_REACTIONS) as TransportErrorKind[]) {
    it(`store: ${kind} says why, where, and what to do`, () => {
      const error = new TransportError('no such thing', {
        kind,
        operation: 'list',
        path: 'a/b',
        serverSaid: '550 No.',
      });
      const told = explain(error, { ...plain, store: 'box' });
      const text = explanationLines(told).join('\n');
      if (kind === 'cancelled') {
        expect(told).to.include({ exit: 130, message: 'stopped' });
        return;
      }
      expect(told.exit).to.equal(1);
      expect(text).to.match(
        /^store "box": .*: no such thing\n {2}the store said: 550 No\.\n {2}where: list a\/b\n {2}what to do: \S.*\.$/,
      );
      expect(text).not.to.contain('.ts:');
    });
  }

  for (const kind of Object.keys(LOCAL_REACTIONS) as LocalErrorKind[]) {
    it(`disk: ${kind} says why and what to do`, () => {
      const told = explain(new LocalError('it failed', { kind, path: 'a' }), plain);
      expect(told.exit).to.equal(kind === 'missing-root' ? 4 : 1);
      expect(explanationLines(told).at(-1)).to.match(/what to do: \S/);
    });
  }

  it('the server is not quoted twice', () => {
    const error = new TransportError('refused: 530 No.', {
      kind: 'auth',
      operation: 'open',
      serverSaid: '530 No.',
    });
    expect(
      explanationLines(explain(error, plain)).filter((line) => line.includes('530')),
    ).to.have.length(1);
  });
});

describe('words', () => {
  it('sizes', () => {
    expect([0, 999, 1000, 1_540_000, 123_456_789, 5e15].map(size)).to.deep.equal([
      '0 B',
      '999 B',
      '1.0 kB',
      '1.5 MB',
      '123 MB',
      '5000 TB',
    ]);
  });
  it('times', () => {
    expect([5, 60_000, 7_200_000, 172_800_000].map(ago)).to.deep.equal([
      'just now',
      '1 minute ago',
      '2 hours ago',
      '2 days ago',
    ]);
  });
});
