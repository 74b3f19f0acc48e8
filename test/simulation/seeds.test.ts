/**
 * What the simulation found: each file in `found/` is a script, shortened to the events that matter and named after what
 * went wrong (`scripts/simulate.ts --shrink --keep FILE` writes one). A script is kept, not its seed: it means the same
 * when the generator changes.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { openFolder } from '../../src/core/engine/folder.ts';
import { explain, runScript, type Script } from '../../src/testkit/simulation/index.ts';

const directory = new URL('./found/', import.meta.url);

describe('what the simulation found', () => {
  for (const file of readdirSync(directory).sort()) {
    it(file.replace('.json', '').replaceAll('-', ' '), async () => {
      const script = JSON.parse(readFileSync(new URL(file, directory), 'utf8')) as Script;
      const result = await runScript(script, { openFolder });
      expect(result.failures, explain(result)).to.deep.equal([]);
    });
  }
});
