/**
 * From the operating system's error codes to LocalError: one table, used by everything that touches the disk.
 * An error that is not about the disk (a transport's, an abort) passes through untouched.
 */
import { LocalError } from '../core/ports/local-tree.ts';
import type { LocalErrorKind } from '../core/ports/local-tree.ts';

const kinds: Readonly<Record<string, LocalErrorKind>> = {
  ENOSPC: 'no-space',
  EDQUOT: 'no-space',
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'denied',
  ENAMETOOLONG: 'invalid-name',
  EINVAL: 'invalid-name',
  EILSEQ: 'invalid-name',
};

const reasons: Record<LocalErrorKind, string> = {
  'no-space': 'the disk is full',
  denied: 'permission is refused',
  'invalid-name': 'this disk cannot hold the name',
  'missing-root': 'the folder is gone',
  unknown: 'the disk reports an error',
};

/** What FAT answers to a link, and some network disks to much more. */
const impossible = new Set(['ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']);

/** The error's code (`ENOENT`), or '' if it has none. */
export function errno(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

/** `action` reads on in "Cannot …", as in `write`. Returns what is to be thrown. */
export function localError(error: unknown, action: string, path?: string): unknown {
  const code = errno(error);
  if (error instanceof LocalError || !isSystemError(error)) return error;
  const kind = kinds[code] ?? 'unknown';
  const reason = impossible.has(code) ? 'this disk cannot do that' : reasons[kind];
  const message = `Cannot ${action}${path === undefined ? '' : ` "${path}"`}: ${reason} (${code}).`;
  return new LocalError(message, { kind, cause: error, ...(path === undefined ? {} : { path }) });
}

/** For ENOENT, ENOTDIR and what a vanished mount answers: is it the whole folder that is missing? */
export function missingRoot(root: string, cause?: unknown): LocalError {
  return new LocalError(
    `The folder ${root} is missing, or another disk is mounted there. Nothing is synced until it is back.`,
    { kind: 'missing-root', cause },
  );
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string';
}
