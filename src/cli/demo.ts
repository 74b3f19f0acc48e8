/**
 * `ownsync demo`: hands the demo this program's voice and parts.
 */
import { runDemo } from '../demo/demo.ts';
import { systemClock } from '../host/world.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Program } from './program.ts';
import { reportLines } from './report.ts';

export async function demo(
  program: Program,
  { once }: { readonly once: boolean },
): Promise<ExitCode> {
  const { terminal, around, log, signal, secrets, partsFor } = program;
  const equal = await runDemo(
    {
      say: (line) => terminal.out(secrets.redact(line)),
      load: around,
      partsFor: (config) => partsFor(config, program),
      log,
      signal,
      sleep: (milliseconds, until) => systemClock.sleep(milliseconds, until),
      tell: (report) => reportLines(report, secrets.redact),
      keepSecret: secrets.add,
    },
    { once },
  );
  return equal ? EXIT.inSync : EXIT.failed;
}
