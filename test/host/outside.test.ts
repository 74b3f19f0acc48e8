/** Files put outside of any folder: whole, never over something, never through a link. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openOutside } from '../../src/host/outside.ts';
import type { Outside } from '../../src/host/outside.ts';

const signal = new AbortController().signal;
const metadata = { mtime: 1_700_000_000, executable: true };

async function* content(text: string): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield new TextEncoder().encode(text);
}

describe('a place outside', () => {
  let root = '';
  let outside: Outside;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ownsync-test-'));
    outside = openOutside(join(root, 'made/here'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const put = async (path: string, text = 'text') =>
    await outside.place(await outside.stage(content(text), signal), path, undefined, metadata);
  const place = (path: string) => join(root, 'made/here', path);

  it('gets files with their time and bit, links and directories, and keeps nothing of ours', async () => {
    expect(await put('a/b')).to.include({ size: 4, mtime: 1_700_000_000_000 });
    expect(await outside.placeLink('a/link', '../b', undefined)).to.not.equal('changed');
    expect(await outside.makeDirectory('empty/dir')).to.equal('done');
    const left = await outside.stage(content('never placed'), signal);
    await outside.discard(left);
    await outside.close();
    expect(readFileSync(place('a/b'), 'utf8')).to.equal('text');
    expect(statSync(place('a/b')).mode & 0o100).to.equal(0o100);
    expect(readlinkSync(place('a/link'))).to.equal('../b');
    expect(readdirSync(place('')).sort()).to.deep.equal(['a', 'empty']);
  });

  it('replaces nothing', async () => {
    writeFileSync(place('taken'), 'mine');
    mkdirSync(place('dir'));
    expect(await put('taken')).to.equal('changed');
    expect(await put('dir')).to.equal('changed');
    expect(await put('taken/below')).to.equal('changed');
    expect(await outside.placeLink('taken', 'x', undefined)).to.equal('changed');
    expect(readFileSync(place('taken'), 'utf8')).to.equal('mine');
  });

  it('is not left through a link, nor by a name', async () => {
    mkdirSync(join(root, 'elsewhere'));
    symlinkSync(join(root, 'elsewhere'), place('link'));
    expect(await put('link/x')).to.equal('changed');
    expect(existsSync(join(root, 'elsewhere/x'))).to.equal(false);
    for (const path of ['../x', 'a/../../x', '/x']) {
      const kind = await put(path).catch((error: unknown) => (error as { kind: string }).kind);
      expect(kind).to.equal('invalid-name');
    }
  });
});
