/**
 * From the operating system's error codes to the contract's kinds: one table. Absence is only what the system proves;
 * a code that is not in the table stays `unknown`.
 */
import { TransportError, type TransportErrorKind } from '../../src/plugin-api.ts';

const kinds: Readonly<Record<string, TransportErrorKind>> = {
  ENOENT: 'not-found',
  EEXIST: 'exists',
  EISDIR: 'exists',
  ENOTDIR: 'exists',
  ENOTEMPTY: 'not-empty',

  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'denied',
  ELOOP: 'denied',
  EMLINK: 'denied',

  ENOSPC: 'no-space',
  EDQUOT: 'no-space',

  ENAMETOOLONG: 'invalid-name',
  EINVAL: 'invalid-name',
  EILSEQ: 'invalid-name',

  EFBIG: 'unsupported',
  EXDEV: 'unsupported',
  ENOSYS: 'unsupported',
  ENOTSUP: 'unsupported',
  EOPNOTSUPP: 'unsupported',

  EAGAIN: 'busy',
  EBUSY: 'busy',
  EMFILE: 'busy',
  ENFILE: 'busy',
  ETXTBSY: 'busy',

  EIO: 'unreachable',
  ENODEV: 'unreachable',
  ENXIO: 'unreachable',
  ENOTCONN: 'unreachable',
  ESTALE: 'unreachable',
  ESHUTDOWN: 'unreachable',
  ETIMEDOUT: 'unreachable',
  EHOSTDOWN: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  ENETUNREACH: 'unreachable',
  ECONNABORTED: 'unreachable',
  ECONNREFUSED: 'unreachable',
  ECONNRESET: 'unreachable',
  EREMOTEIO: 'unreachable',
};

const words: Readonly<Partial<Record<TransportErrorKind, string>>> = {
  'not-found': 'there is no such file or directory',
  exists: 'something else is there',
  'not-empty': 'a directory with content is there',
  denied: 'not permitted',
  'no-space': 'no space is left',
  'invalid-name': 'the file system does not take this name',
  unsupported: 'the file system cannot do this',
  busy: 'busy',
  unreachable: 'the file system does not answer',
};

/** The system's code, such as `ENOENT`; empty for any other error. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

export interface Attempt {
  readonly operation: string;
  readonly path: string;
  /** What is not known once the system has begun; default: it did nothing. */
  readonly outcome?: 'not-done' | 'unknown';
  readonly cause?: unknown;
}

function nameOf({ operation, path }: Attempt): string {
  return `${operation} ${path === '' ? 'the root' : path}`;
}

/** Any error as the contract's; one that is already stays as it is. */
export function asTransportError(error: unknown, attempt: Attempt): TransportError {
  if (error instanceof TransportError) return error;
  const code = codeOf(error);
  const kind = kinds[code] ?? 'unknown';
  const reason = words[kind] ?? (error instanceof Error ? error.message : String(error));
  const message = `${nameOf(attempt)}: ${reason}${code === '' ? '' : ` (${code})`}`;
  return new TransportError(message, {
    ...attempt,
    kind,
    cause: error,
    ...(code === '' ? {} : { serverSaid: code }),
  });
}

/** An error that this plugin itself decides on. */
export function refusal(
  kind: TransportErrorKind,
  attempt: Attempt,
  reason: string,
): TransportError {
  return new TransportError(`${nameOf(attempt)}: ${reason}`, {
    ...attempt,
    kind,
  });
}
