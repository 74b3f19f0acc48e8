/** The judge of the large scenario must find what is wrong, or the scenario shows nothing. */
import { expect } from 'chai';
import type { Act } from '../corpus/mutate.ts';
import type { Tree, TreeNode } from '../corpus/tree.ts';
import { wrongOutcomes } from './outcome.ts';

const file = (digest: string): TreeNode => ({
  kind: 'file',
  digest,
  size: 1,
  time: 1,
  executable: false,
});
const tree = (files: Readonly<Record<string, string>>): Tree =>
  new Map(Object.entries(files).map(([path, digest]) => [path, file(digest)]));
const before = tree({ a: '1', b: '2', c: '3' });

const check = (acts: Readonly<Record<string, readonly Act[]>>, after: Tree): string[] =>
  wrongOutcomes(new Map(Object.entries(acts)), before, after);

describe('what must have come of everybody’s acts', () => {
  const edit: Act = { kind: 'edit', path: 'a', digest: '9' };
  const rows: readonly (readonly [
    string,
    Readonly<Record<string, readonly Act[]>>,
    Tree,
    RegExp | undefined,
  ])[] = [
    ['an edit that arrived', { x: [edit] }, tree({ a: '9', b: '2', c: '3' }), undefined],
    ['an edit that is nowhere', { x: [edit] }, before, /^lost: x /],
    [
      'an edit at another name only',
      { x: [edit] },
      tree({ a: '1', z: '9', b: '2', c: '3' }),
      /^not done: x /,
    ],
    [
      'a conflict copy is where it is',
      { x: [edit], y: [{ ...edit, digest: '8' }] },
      tree({ a: '8', 'a (copy)': '9', b: '2', c: '3' }),
      undefined,
    ],
    [
      'one of two edits lost',
      { x: [edit], y: [{ ...edit, digest: '8' }] },
      tree({ a: '8', b: '2', c: '3' }),
      /^lost: x /,
    ],
    ['a deletion that was undone', { x: [{ kind: 'delete', path: 'a' }] }, before, /^not done: x /],
    [
      'a move that left the old',
      { x: [{ kind: 'move', path: 'a', to: 'd' }] },
      tree({ a: '1', b: '2', c: '3', d: '1' }),
      /^not done: x /,
    ],
    [
      'a move',
      { x: [{ kind: 'move', path: 'a', to: 'd' }] },
      tree({ b: '2', c: '3', d: '1' }),
      undefined,
    ],
    [
      'what nobody touched has gone',
      { x: [edit] },
      tree({ a: '9', b: '2' }),
      /^nobody touched "c"/,
    ],
    [
      'what nobody touched has changed',
      {},
      tree({ a: '1', b: '2', c: '7' }),
      /^nobody touched "c"/,
    ],
  ];
  for (const [sentence, acts, after, wanted] of rows) {
    it(sentence, () => {
      const lines = check(acts, after);
      if (wanted === undefined) expect(lines).to.deep.equal([]);
      else expect(lines.join('\n')).to.match(wanted);
    });
  }
});
