/** The executable bit between disks that keep it and disks that show the same for every file (exFAT, many shares, Windows). */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { computer, createStore } from '../../support/computers.ts';

for (const showsExecutable of [true, false]) {
  describe(`a disk that shows ${showsExecutable ? 'every file' : 'no file'} as executable`, () => {
    it('spreads no bit, and takes none away', async () => {
      const store = createStore();
      const linux = computer(store, 'linux');
      const stick = computer(store, 'stick', { disk: { showsExecutable } });
      linux.user.write('run.sh', 'one', { executable: true });
      linux.user.write('text', 'one');
      stick.user.write('new', 'here');
      const bits = () =>
        ['run.sh', 'text', 'new'].map((path) => {
          const found = linux.user.entry(path);
          return found?.kind === 'file' ? found.executable : 'missing';
        });

      await linux.sync();
      await stick.sync();
      await linux.sync();
      expect(bits()).to.deep.equal([true, false, false]);

      stick.user.write('run.sh', 'edited');
      stick.user.write('text', 'edited');
      await stick.sync();
      await linux.sync();
      expect(linux.user.read('run.sh')).to.equal('edited');
      expect(bits()).to.deep.equal([true, false, false]);

      linux.user.chmod('text', true);
      await linux.sync();
      await stick.sync();
      expect((await stick.sync()).done.metadata).to.equal(0);
      await linux.sync();
      expect(bits()).to.deep.equal([true, true, false]);
    });
  });
}
