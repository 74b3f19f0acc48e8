/** Which folder, and what in it, a person means by a path. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { placeOf, placeWithin, quoted } from '../../src/cli/place-argument.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import type { Config } from '../../src/config/config.ts';

describe('a path argument', () => {
  let root = '';
  let config: Config;
  before(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'ownsync-test-')));
    mkdirSync(join(root, 'docs/deep'), { recursive: true });
    mkdirSync(join(root, 'pics'));
    symlinkSync(join(root, 'docs'), join(root, 'link'));
    symlinkSync('/nowhere', join(root, 'docs/dangling'));
    const folders = ['docs', 'pics'].map((name) => ({ name, local: join(root, name) }));
    config = { folders } as unknown as Config;
  });
  after(() => rmSync(root, { recursive: true }));

  const found = (path: string | undefined, cwd = '', folder?: string): string => {
    const place = placeOf(config, { path, folder, cwd: join(root, cwd) });
    return `${place.folder.name}:${place.path}`;
  };

  it('counts from where one is, and may not be there any more', () => {
    expect(found('a.txt', 'docs')).to.equal('docs:a.txt');
    expect(found('./gone/../a.txt', 'docs/deep')).to.equal('docs:deep/a.txt');
    expect(found('../a.txt', 'docs/deep')).to.equal('docs:a.txt');
    expect(found('pics/gone/x', '')).to.equal('pics:gone/x');
    expect(found(join(root, 'docs', 'deep'), 'pics')).to.equal('docs:deep');
    expect(found('.', 'docs')).to.equal('docs:');
  });

  it('passes links above it, and is a link itself', () => {
    expect(found('link/deep/x')).to.equal('docs:deep/x');
    expect(found('docs/dangling')).to.equal('docs:dangling');
  });

  it('is named by its folder, wherever one is', () => {
    expect(found('docs:a/b')).to.equal('docs:a/b');
    expect(found('docs:')).to.equal('docs:');
    expect(found('a/b/', 'pics', 'docs')).to.equal('docs:a/b');
    expect(found(join(root, 'docs/a'), 'pics', 'docs')).to.equal('docs:a');
    expect(found(undefined, '', 'pics')).to.equal('pics:');
  });

  it('that lies in no folder, or leaves it, is refused with what would be right', () => {
    expect(() => found('a.txt', '')).to.throw(UsageError, 'docs:a.txt');
    expect(() => found('docs:../a')).to.throw(UsageError, 'is no path in folder "docs"');
    expect(() => found('../pics/a', '', 'docs')).to.throw(UsageError);
    expect(() => found('docs/.ownsync/trash')).to.throw(UsageError, 'reserved');
    expect(() => found('x', '', 'dosc')).to.throw(UsageError, 'did you mean "docs"?');
    expect(() => found(undefined)).to.throw(UsageError, 'docs, pics');
  });

  it('for a goal tells inside from outside', () => {
    const [docs] = config.folders;
    const goal = (path: string, cwd = '') =>
      placeWithin(config, docs!, { path, cwd: join(root, cwd) });
    expect(goal('new', 'docs/deep')).to.deep.equal({ inside: 'deep/new' });
    expect(goal('docs:new')).to.deep.equal({ inside: 'new' });
    expect(goal('link/new')).to.deep.equal({ inside: 'new' });
    expect(goal('pics:new')).to.deep.equal({ outside: join(root, 'pics/new') });
    expect(goal('new')).to.deep.equal({ outside: join(root, 'new') });
    expect(goal('docs-2')).to.deep.equal({ outside: join(root, 'docs-2') });
  });

  it('is shown so that a shell takes it', () => {
    expect(quoted('docs:a/b.txt')).to.equal('docs:a/b.txt');
    expect(quoted("it's here")).to.equal(`'it'\\''s here'`);
  });
});
