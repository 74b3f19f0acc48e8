/**
 * The lint rules that keep deciding pure and promises awaited, each broken on purpose in a copy of the project.
 * Says nothing of style: only of rules that a loss of data could slip through.
 */
import { expect } from 'chai';
import { plantedCopy, runTool } from '../support/project.ts';

interface Planted {
  readonly rule: string;
  readonly sentence: string;
  readonly file: string;
  readonly text: string;
}

const longBody = Array.from({ length: 80 }, (_, line) => `  count += ${String(line)};`).join('\n');

const planted: readonly Planted[] = [
  {
    rule: 'no-restricted-imports',
    sentence: 'pure code imports a Node module',
    file: 'src/core/model/planted-import.ts',
    text: "export { readFileSync } from 'node:fs';\n",
  },
  ...['Date', 'setTimeout', 'process', 'Buffer', 'console', 'Promise'].map((name) => ({
    rule: 'no-restricted-globals',
    sentence: `pure code uses ${name}`,
    file: `src/core/decide/planted-${name.toLowerCase()}.ts`,
    text: `export const planted: unknown = ${name};\n`,
  })),
  {
    rule: 'no-restricted-properties',
    sentence: 'pure code throws dice',
    file: 'src/core/format/planted-chance.ts',
    text: 'export const planted = Math.random();\n',
  },
  {
    rule: 'no-restricted-syntax',
    sentence: 'a pure function is async',
    file: 'src/core/decide/planted-async.ts',
    text: 'export async function planted(): Promise<number> {\n  return 1;\n}\n',
  },
  {
    rule: 'no-restricted-syntax',
    sentence: 'pure code waits',
    file: 'src/core/decide/planted-await.ts',
    text: 'declare const later: PromiseLike<number>;\nexport const planted = await later;\n',
  },
  {
    rule: '@typescript-eslint/no-floating-promises',
    sentence: 'an await is forgotten',
    file: 'src/host/planted-floating.ts',
    text: 'declare function write(): Promise<void>;\nexport function planted(): void {\n  write();\n}\n',
  },
  {
    rule: '@typescript-eslint/no-misused-promises',
    sentence: 'a promise is taken for a truth value',
    file: 'src/host/planted-misused.ts',
    text: 'declare function ready(): Promise<boolean>;\nexport function planted(): number {\n  return ready() ? 1 : 2;\n}\n',
  },
  {
    rule: '@typescript-eslint/switch-exhaustiveness-check',
    sentence: 'a choice is left out',
    file: 'src/host/planted-switch.ts',
    text: "export function planted(kind: 'file' | 'link'): number {\n  switch (kind) {\n    case 'file':\n      return 1;\n  }\n  return 2;\n}\n",
  },
  {
    rule: '@typescript-eslint/only-throw-error',
    sentence: 'something else than an error is thrown',
    file: 'src/host/planted-throw.ts',
    text: "export function planted(): never {\n  throw 'planted';\n}\n",
  },
  {
    rule: '@typescript-eslint/no-explicit-any',
    sentence: 'a type is given up',
    file: 'src/host/planted-any.ts',
    text: 'export type Planted = any;\n',
  },
  {
    rule: 'max-lines-per-function',
    sentence: 'a function is longer than 70 lines',
    file: 'src/host/planted-long.ts',
    text: `export function planted(): number {\n  let count = 0;\n${longBody}\n  return count;\n}\n`,
  },
  {
    rule: 'max-lines',
    sentence: 'a file is longer than 400 lines',
    file: 'src/host/planted-file.ts',
    text: 'export {};\n'.repeat(401),
  },
  {
    rule: 'no-console',
    sentence: 'something else than the command line prints',
    file: 'src/host/planted-print.ts',
    text: "export function planted(): void {\n  console.log('planted');\n}\n",
  },
  {
    rule: 'no-restricted-properties',
    sentence: 'something else than the command line ends the process',
    file: 'src/host/planted-exit.ts',
    text: 'export function planted(): never {\n  process.exit(1);\n}\n',
  },
];

type Results = readonly {
  readonly filePath: string;
  readonly messages: readonly { readonly ruleId: string | null }[];
}[];

describe('lint rules', function () {
  this.timeout(60_000);
  let results: Results;

  before(() => {
    const files = Object.fromEntries(planted.map(({ file, text }) => [file, text]));
    const copy = plantedCopy([], files);
    try {
      results = JSON.parse(
        runTool(copy.root, 'eslint/bin/eslint.js', ['--format', 'json', 'src']),
      ) as Results;
    } finally {
      copy.remove();
    }
  });

  for (const { rule, sentence, file } of planted) {
    it(`${rule}: is reported when ${sentence}`, () => {
      const result = results.find(({ filePath }) => filePath.endsWith(file));
      expect(result?.messages.map(({ ruleId }) => ruleId)).to.include(rule);
    });
  }

  it('no planted file was reported for not being parsed', () => {
    const unparsed = results.filter(({ messages }) =>
      messages.some(({ ruleId }) => ruleId === null),
    );
    expect(unparsed.map(({ filePath }) => filePath)).to.deep.equal([]);
  });
});
