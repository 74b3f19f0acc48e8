/** Rules that nobody can follow: left out and told, wherever they come from. Some come from other computers. */
import { expect } from 'chai';
import { ignoreRules, isUsable, unusableRules } from '../../src/config/ignore.ts';
import { computer, createStore } from '../support/computers.ts';

const LONG = 'x'.repeat(20_000);
const SLOW = `${'*a'.repeat(30)}b`;

describe('ignore rules', () => {
  it('of usual kinds are followed', () => {
    const rules = [
      '*.tmp',
      '/build/',
      '!keep.tmp',
      '**/node_modules/**/*.log',
      '[a-z]?.bak',
      '*~',
      '*a*b*c*',
    ];
    for (const rule of rules) expect(isUsable(rule), rule).to.equal(true);
    const ignored = ignoreRules(rules)('extra/\n# a comment\n');
    expect(
      ['x.tmp', 'keep.tmp', 'a/node_modules/b/c.log', 'extra'].map((path) => ignored(path, true)),
    ).to.deep.equal([true, false, true, true]);
  });

  it('that are too long or too slow are left out, the others are followed', () => {
    for (const rule of [LONG, SLOW, '**/a/'.repeat(10)])
      expect(isUsable(rule), rule).to.equal(false);
    const ignored = ignoreRules([])(`${LONG}\n*.tmp\n${SLOW}`);
    expect(ignored('x.tmp', false)).to.equal(true);
    expect(ignored('a'.repeat(255), false)).to.equal(false);
    expect(unusableRules(`${LONG}\n*.tmp\n${SLOW}`)).to.deep.equal([LONG, SLOW]);
  });

  it('that came from another computer and cannot be followed end no sync', async () => {
    const store = createStore();
    const settings = { ignored: ignoreRules([]), unusableRules };
    const [laptop, desk] = ['laptop', 'desk'].map((name) => computer(store, name, { settings }));
    laptop?.user.write('.ownsyncignore', `${LONG}\n*.tmp`);
    await laptop?.sync();
    await desk?.sync();
    desk?.user.write('a', 'a');
    desk?.user.write('b.tmp', 'b');
    const report = await desk?.sync();
    expect(report?.problems.map(({ path, kind }) => [path, kind])).to.deep.equal([
      ['.ownsyncignore', 'other'],
    ]);
    expect([store.text('a'), store.text('b.tmp')]).to.deep.equal(['a', undefined]);
  });
});
