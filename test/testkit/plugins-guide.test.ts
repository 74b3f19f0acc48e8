/**
 * The example in docs/plugins.md is a whole plugin, and this runs the conformance suite against exactly that text.
 * Only the two doors' names are replaced by this checkout's files.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { after, describe, it } from 'mocha';
import type { PluginDefinition } from '../../src/plugin-api.ts';
import { describeTransport } from '../../src/testkit/index.ts';

const guide = readFileSync(new URL('../../docs/plugins.md', import.meta.url), 'utf8');
const directory = mkdtempSync(join(tmpdir(), 'ownsync-guide-test-'));
const file = join(directory, 'index.mjs');
const door = fileURLToPath(new URL('../../src/plugin-api.ts', import.meta.url));
writeFileSync(file, exampleOf('index.js').replace('ownsync/plugin-api', pathToFileURL(door).href));

const { default: drawer } = (await import(pathToFileURL(file).href)) as {
  readonly default: PluginDefinition<{ path: string }>;
};

describeTransport('the example of docs/plugins.md', async () => {
  const path = await mkdtemp(join(tmpdir(), 'ownsync-guide-test-'));
  const context = {
    signal: new AbortController().signal,
    baseDirectory: path,
    log: () => undefined,
  };
  const open = () => drawer.open({ path }, context);
  return {
    transport: await open(),
    open,
    cleanup: () => rm(path, { recursive: true, force: true }),
  };
});

describe('docs/plugins.md', () => {
  after(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it('names every operation, capability and error kind of the contract', () => {
    const contract = readFileSync(
      new URL('../../src/core/ports/transport.ts', import.meta.url),
      'utf8',
    );
    const kinds = section(contract, 'export type TransportErrorKind', ';').matchAll(/'([\w-]+)'/g);
    const facts = section(contract, 'export interface Capabilities', '\n}').matchAll(
      /readonly (\w+):/g,
    );
    const operations = section(contract, 'export interface Transport {', '\n}').matchAll(
      /^ {2}(\w+)\??\(/gm,
    );
    const names = [...kinds, ...facts, ...operations].map(([, name]) => name ?? '');
    expect(names.length).to.be.greaterThan(30);
    const missing = names.filter((name) => !new RegExp(`\`${name}\\b`).test(guide));
    expect(missing.filter((name) => name !== 'file' && name !== 'directory')).to.deep.equal([]);
  });

  it('its test file uses what the suite exports', () => {
    expect(exampleOf('test.js')).to.contain("import { describeTransport } from 'ownsync/testkit'");
  });
});

/** All code blocks whose first line names the file, joined. */
function exampleOf(name: string): string {
  const blocks = [...guide.matchAll(/```js\n(\/\/ .*)\n([\s\S]*?)```/g)];
  return blocks
    .filter(([, first]) => first?.includes(name) === true)
    .map(([, , code]) => code ?? '')
    .join('\n');
}

function section(text: string, from: string, to: string): string {
  const start = text.indexOf(from);
  return text.slice(start, text.indexOf(to, start));
}
