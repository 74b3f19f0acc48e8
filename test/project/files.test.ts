/**
 * Rules about files that no other tool checks: their length and opening comment, the lockfile, and what must not be named.
 * Looks at files that git would track, never at what is built.
 */
import { expect } from 'chai';
import { projectFiles, projectText } from '../support/project.ts';

const LONGEST = 400;

const code = [
  ...['src', 'plugins', 'test'].flatMap((folder) => projectFiles(folder, '.ts')),
  ...['.mjs', '.cjs', '.ts'].flatMap((ending) => projectFiles('scripts', ending)),
];

/** Paths of `files` for which `wrong` tells why. */
function offences(
  files: readonly string[],
  wrong: (text: string) => string | undefined,
): readonly string[] {
  return files.flatMap((path) => {
    const why = wrong(projectText(path));
    return why === undefined ? [] : [`${path}: ${why}`];
  });
}

function tooLong(text: string): string | undefined {
  const lines = text.split('\n').length - 1;
  return lines > LONGEST ? `${String(lines)} lines` : undefined;
}

function unopened(text: string): string | undefined {
  const first = text.startsWith('#!') ? text.slice(text.indexOf('\n') + 1) : text;
  return first.startsWith('/**') ? undefined : 'does not open with what it is for';
}

/** A mark that something was left for later, which belongs in an issue. */
function leftForLater(text: string): string | undefined {
  const mark = /\b(?:TO[D]O|FIX[M]E|X[X]X|for n[o]w)\b/.exec(text);
  return mark === null ? undefined : mark[0];
}

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly optionalDependencies?: Readonly<Record<string, string>>;
        /** Where it was downloaded from. */
        readonly resolved?: string;
      }
    >
  >;
}

function sources({ packages }: Lock): readonly string[] {
  return Object.values(packages).flatMap(({ resolved }) => resolved ?? []);
}

/** Without these entries `npm ci` refuses the lockfile: npm forgets those of other platforms when it updates one. */
function missingOptional({ packages }: Lock): readonly string[] {
  const names = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)));
  return Object.values(packages)
    .flatMap(({ optionalDependencies }) => Object.keys(optionalDependencies ?? {}))
    .filter((name) => !names.has(name));
}

describe('files', () => {
  it('there are files to look at', () => {
    expect(code.length).to.be.greaterThan(20);
  });

  it(`none is longer than ${String(LONGEST)} lines`, () => {
    expect(tooLong('x\n'.repeat(LONGEST + 1))).to.equal('401 lines');
    expect(offences(code, tooLong)).to.deep.equal([]);
  });

  it('each opens with what it is for', () => {
    expect(unopened("import 'x';\n")).to.be.a('string');
    expect(offences(code, unopened)).to.deep.equal([]);
  });

  it('nothing is left for later', () => {
    const mark = ['TO', 'DO'].join('');
    expect(leftForLater(`// ${mark}: finish`)).to.equal(mark);
    expect(offences(code, leftForLater)).to.deep.equal([]);
  });

  it('the lockfile names no place that packages come from', () => {
    expect(sources({ packages: { a: { resolved: 'somewhere' } } })).to.deep.equal(['somewhere']);
    expect(sources(JSON.parse(projectText('package-lock.json')) as Lock)).to.deep.equal([]);
  });

  it('the lockfile has the packages of all platforms', () => {
    const planted = { packages: { a: { optionalDependencies: { 'a-darwin': '1.0.0' } } } };
    expect(missingOptional(planted)).to.deep.equal(['a-darwin']);
    const lock = JSON.parse(projectText('package-lock.json')) as Lock;
    expect(missingOptional(lock)).to.deep.equal([]);
  });
});
