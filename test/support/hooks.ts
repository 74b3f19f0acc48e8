/**
 * Root hooks of every mocha run: prints at the end what was skipped and why.
 * Never changes what a test does.
 */
import { skipLines } from './skips.ts';

export const mochaHooks = {
  afterAll(): void {
    const lines = skipLines();
    if (lines.length > 0) process.stdout.write(`\n${lines.join('\n')}\n`);
  },
};
