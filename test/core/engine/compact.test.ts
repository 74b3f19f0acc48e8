/** Records are gathered also where listings tell no times, and the store has to be asked how old a master is. */
import { expect } from 'chai';
import { computer, createStore } from '../../support/computers.ts';

const DAY = 24 * 60 * 60 * 1000;

for (const silentListings of [false, true]) {
  const tell = silentListings ? 'tell no times' : 'tell times';
  it(`records are gathered on a store whose listings ${tell}`, async () => {
    const store = createStore();
    const options = { profile: { silentListings }, limits: { segmentsPerMaster: 4 } };
    const laptop = computer(store, 'laptop', options);
    const segments = (): number =>
      [...store.tree('.ownsync/manifests').keys()].filter((name) => name.endsWith('.gz')).length;
    for (let edit = 0; edit < 6; edit++) {
      laptop.user.write('file', `edit ${String(edit)}`);
      await laptop.sync();
    }
    expect(segments()).to.equal(6);
    await laptop.sync();
    expect(segments(), 'before a day is over').to.equal(6);
    store.clock += 2 * DAY;
    laptop.user.write('file', 'two days later');
    await laptop.sync();
    await laptop.sync();
    expect(segments()).to.be.below(4);
  });
}
