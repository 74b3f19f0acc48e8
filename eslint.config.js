/**
 * Lint rules. A forgotten `await` here is lost data, hence the strict, type-checked set; formatting is Prettier's alone.
 * Which file may import which is checked by .dependency-cruiser.cjs; the pure folders are guarded by both.
 */
import { defineConfig } from 'eslint/config';
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const typescript = ['src/**/*.ts', 'plugins/**/*.ts', 'test/**/*.ts', 'scripts/**/*.ts'];
/** Tests that live beside the sources, because authors of plugins run them too. */
const suites = ['src/testkit/conformance/**/*.ts', 'src/testkit/{*-suite,local-tree-*}.ts'];
const pure = ['src/core/model/**/*.ts', 'src/core/decide/**/*.ts', 'src/core/format/**/*.ts'];

/** Time, chance, output and the outside arrive in pure code as arguments, or not at all. */
const impureGlobals = [
  'Buffer',
  'Date',
  'Promise',
  'clearInterval',
  'clearTimeout',
  'console',
  'crypto',
  'fetch',
  'global',
  'globalThis',
  'performance',
  'process',
  'queueMicrotask',
  'require',
  'setImmediate',
  'setInterval',
  'setTimeout',
];

/** What the scripts outside TypeScript use. */
const nodeGlobals = Object.fromEntries(
  ['console', 'module', 'process', 'require', 'setTimeout', 'clearTimeout', 'URL'].map((name) => [
    name,
    'readonly',
  ]),
);

const strict = {
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/only-throw-error': 'error',
  '@typescript-eslint/switch-exhaustiveness-check': [
    'error',
    { considerDefaultExhaustiveForUnions: true },
  ],
  '@typescript-eslint/consistent-type-imports': 'error',
  // Leaving a key out by naming it is a use.
  '@typescript-eslint/no-unused-vars': [
    'error',
    { ignoreRestSiblings: true, varsIgnorePattern: '^_' },
  ],
  // A number or a truth value in a message cannot surprise; objects and undefined can.
  '@typescript-eslint/restrict-template-expressions': [
    'error',
    { allowNumber: true, allowBoolean: true },
  ],
  // `string | 'changed'` names the one text with a meaning of its own.
  '@typescript-eslint/no-redundant-type-constituents': 'off',
  '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
  // Operations of a contract are async even where one implementation has nothing to wait for.
  '@typescript-eslint/require-await': 'off',
  // Prettier breaks lines where this rule wants none.
  'no-unexpected-multiline': 'off',
  eqeqeq: 'error',
  'max-lines': ['error', { max: 400 }],
  'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
  'max-params': ['error', { max: 4 }],
};

export default defineConfig(
  { ignores: ['dist/', 'coverage/', 'node_modules/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: typescript,
    extends: [js.configs.recommended, tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: strict,
  },
  {
    // Only the command line reads arguments, prints or ends the process.
    files: ['src/**/*.ts', 'plugins/**/*.ts'],
    ignores: ['src/cli.ts', 'src/cli/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'exit', message: 'Only src/cli.ts ends the process.' },
        { object: 'process', property: 'argv', message: 'Only src/cli.ts reads arguments.' },
        { object: 'process', property: 'stdout', message: 'Only src/cli.ts prints.' },
      ],
    },
  },
  {
    files: pure,
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^node:', message: 'Pure code reaches no Node module.' }] },
      ],
      'no-restricted-globals': [
        'error',
        ...impureGlobals.map((name) => ({ name, message: 'Pure code gets this as an argument.' })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Chance arrives as an argument.' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'AwaitExpression', message: 'Pure code never waits.' },
        { selector: 'ForOfStatement[await=true]', message: 'Pure code never waits.' },
        { selector: ':function[async=true]', message: 'Pure code never waits.' },
        { selector: 'ImportExpression', message: 'Pure code loads nothing while it runs.' },
      ],
    },
  },
  {
    // Layers take optional operations off a transport to see whether it has them, and call them with `.call(inner, …)`.
    files: ['src/transport/layers/**/*.ts'],
    rules: { '@typescript-eslint/unbound-method': 'off' },
  },
  {
    files: ['test/**/*.ts', ...suites],
    rules: {
      '@typescript-eslint/unbound-method': 'off',
      // `expect(x).to.be.true` is an expression on purpose.
      '@typescript-eslint/no-unused-expressions': 'off',
      // A test knows what it has put there; a wrong guess fails the test.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    // The callback of a describe is a list of tests, not a function to understand as a whole.
    files: ['test/**/*.test.ts', ...suites],
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    files: ['**/*.mjs', '**/*.cjs', '**/*.js'],
    extends: [js.configs.recommended],
    languageOptions: { globals: nodeGlobals },
    rules: { 'max-lines': ['error', { max: 400 }] },
  },
);
