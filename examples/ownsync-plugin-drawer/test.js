/** Runs the conformance suite of ownsync/testkit: `npm test`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeTransport } from 'ownsync/testkit';
import drawer from './index.js';

describeTransport('drawer', async () => {
  const path = await mkdtemp(join(tmpdir(), 'drawer-test-'));
  const context = { signal: new AbortController().signal, baseDirectory: path, log: () => {} };
  const open = () => drawer.open({ path }, context);
  return { transport: await open(), open, cleanup: () => rm(path, { recursive: true }) };
});
