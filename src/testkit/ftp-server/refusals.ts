/**
 * What the scripted server says when the disk refuses: in the words of Unix servers, in those of Windows, or none. Touches
 * nothing.
 */
import { codeOf, RefusedPath } from './files.ts';
import type { SessionState } from './session.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  EEXIST: 'File exists',
  ENOTEMPTY: 'Directory not empty',
  EACCES: 'Permission denied',
  EPERM: 'Operation not permitted',
  EROFS: 'Read-only file system',
  ENAMETOOLONG: 'File name too long',
  EINVAL: 'Invalid argument',
  EXDEV: 'Invalid cross-device link',
  ELOOP: 'Too many levels of symbolic links',
};

const windowsReasons: Readonly<Record<string, string>> = {
  ENOENT: 'The system cannot find the file specified.',
  ENOTDIR: 'The system cannot find the path specified.',
  EISDIR: 'Access is denied.',
  EEXIST: 'Cannot create a file when that file already exists.',
  ENOTEMPTY: 'The directory is not empty.',
  EACCES: 'Access is denied.',
  EPERM: 'Access is denied.',
  ENAMETOOLONG: 'The filename, directory name, or volume label syntax is incorrect.',
  EINVAL: 'The filename, directory name, or volume label syntax is incorrect.',
};

/** The reply to a failure: 550 with or without a reason, 552 on a full disk. */
export function refusal(state: SessionState, argument: string, error: unknown): string {
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return '552 No space left on device';
  switch (state.quirks.reasons ?? true) {
    case 'windows':
      return `550 ${windowsReasons[code] ?? 'The parameter is incorrect.'} `;
    case false:
      return '550 Operation failed.';
    case true: {
      const reason = error instanceof RefusedPath ? error.message : (reasons[code] ?? 'Failed');
      return `550 ${argument}: ${reason}`;
    }
  }
}

/** An error as the disk would give it. */
export function failed(code: string): Error {
  return Object.assign(new Error(code), { code });
}
