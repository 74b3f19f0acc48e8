/** All fuzzers. */
import { diskTargets } from './disks.ts';
import { formatTargets } from './formats.ts';
import { ftpTargets } from './ftp.ts';
import { serverTargets } from './servers.ts';
import { storeTargets } from './stores.ts';
import type { Target } from './target.ts';
import { textTargets } from './texts.ts';

export const targets: readonly Target[] = [
  ...[...ftpTargets, ...formatTargets, ...textTargets, ...diskTargets, ...serverTargets],
  ...storeTargets,
];
