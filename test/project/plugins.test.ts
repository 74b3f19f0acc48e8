/**
 * The loader's hand-written table of built-in plugins and the folders below `plugins` are the same list.
 * Loads every plugin in it, so that a table entry that leads nowhere is noticed.
 */
import { homedir } from 'node:os';
import { expect } from 'chai';
import { builtInNames, loadPlugin } from '../../src/transport/loader.ts';
import { projectFiles, projectRoot } from '../support/project.ts';

describe('built-in plugins', () => {
  it('each folder is in the table, and each entry of the table has a folder', () => {
    const folders = projectFiles('plugins', 'index.ts')
      .map((path) => path.split('/'))
      .filter((parts) => parts.length === 3)
      .map(([, name]) => name);
    expect(folders).to.not.be.empty;
    expect([...builtInNames].sort()).to.deep.equal(folders);
  });

  for (const name of builtInNames) {
    it(`${name} loads and is called so`, async () => {
      const plugin = await loadPlugin(name, { from: projectRoot, home: homedir() });
      expect(plugin.name).to.equal(name);
    });
  }
});
