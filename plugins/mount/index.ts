/**
 * The plugin `mount`: a directory as store, usually a mounted share or disk. Opens it and says what it can do; the
 * operations are in transport.ts. It never makes the directory: one that is missing is a share that is not mounted.
 */
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { definePlugin } from '../../src/plugin-api.ts';
import { capabilitiesOf } from './capabilities.ts';
import { mountOptions } from './options.ts';
import { unlessCancelled } from './perform.ts';
import { openRoot } from './root.ts';
import { mountTransport } from './transport.ts';

export default definePlugin({
  name: 'mount',
  contract: 1,
  options: mountOptions,
  secrets: [],
  async open(options, { baseDirectory, signal }) {
    const home = options.path.replace(/^~(?=$|[/\\])/, () => homedir());
    const path = resolve(baseDirectory, home);
    return unlessCancelled(signal, async () => {
      const root = await openRoot(path, { requireMount: options.requireMount });
      return mountTransport(root, await capabilitiesOf(root));
    });
  },
});
