/**
 * docs/errors.md names every error kind, problem, halt and exit code, and nothing that does not exist.
 * A name counts as documented when it is the first cell of a table row: | `kind` | … |
 */
import { expect } from 'chai';
import { projectText } from '../support/project.ts';
import { textsOfType } from '../support/type-texts.ts';

const kinds: Readonly<Record<string, readonly string[]>> = {
  'kinds of TransportError': textsOfType('src/core/ports/transport.ts', 'TransportErrorKind'),
  'kinds of LocalError': textsOfType('src/core/ports/local-tree.ts', 'LocalErrorKind'),
  'kinds of problem': textsOfType('src/core/ports/folder.ts', 'PathProblem.kind'),
  halts: textsOfType('src/core/ports/folder.ts', 'Halt'),
  'exit codes': ['0', '1', '2', '3', '4'],
};

/** First cells of all table rows, without their code marks. */
function documented(text: string): ReadonlySet<string> {
  const rows = text.matchAll(/^\| *`([^`|]+)` *\|/gm);
  return new Set([...rows].map(([, cell]) => cell ?? ''));
}

describe('docs/errors.md', () => {
  it('is read as a table', () => {
    expect([...documented('| kind | why |\n|---|---|\n| `busy` | x |\n')]).to.deep.equal(['busy']);
  });

  for (const [what, names] of Object.entries(kinds)) {
    it(`names all ${what}`, () => {
      const there = documented(projectText('docs/errors.md'));
      expect(names.filter((name) => !there.has(name))).to.deep.equal([]);
    });
  }

  it('names nothing that does not exist', () => {
    const known = new Set(Object.values(kinds).flat());
    const unknown = [...documented(projectText('docs/errors.md'))].filter(
      (name) => !known.has(name),
    );
    expect(unknown).to.deep.equal([]);
  });
});
