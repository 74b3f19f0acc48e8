/**
 * Runs a piece of a test without the superuser's rights, for whom no permission is ever refused. For an ordinary user it just runs it.
 */
import { execFileSync } from 'node:child_process';

const NOBODY = 65_534;

/** `mine`: paths that the ordinary user is to own, with all below. Rights are back when the promise settles. */
export async function asOrdinaryUser<T>(
  mine: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const { geteuid, seteuid, setegid } = process;
  if (geteuid?.() !== 0 || seteuid === undefined || setegid === undefined) return work();
  if (mine.length > 0) execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, ...mine]);
  setegid(NOBODY);
  seteuid(NOBODY);
  try {
    return await work();
  } finally {
    seteuid(0);
    setegid(0);
  }
}
