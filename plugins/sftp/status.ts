/**
 * What SFTP servers answer when they refuse, and what it means: one table. Pure: the answers of real servers are its
 * test data. A refusal without a clear reason is `unknown`, never absence.
 */
import type { TransportErrorKind } from '../../src/plugin-api.ts';

export interface Status {
  readonly code: number;
  readonly text: string;
}

/**
 * Texts first, where a server gives reasons. SERVER: ProFTPD says most of them with code 4, "failure", and what is
 * unsupported and what is merely wrong both with code 8.
 */
const byText: readonly (readonly [RegExp, TransportErrorKind])[] = [
  [/^no such (file|path)/i, 'not-found'],
  [/not empty/i, 'not-empty'],
  [/already exists|^file exists|is a directory|not a directory/i, 'exists'],
  [/disk space|no space|quota|disk full/i, 'no-space'],
  [/invalid (filename|parameter)|name too long|illegal byte/i, 'invalid-name'],
  [/permission denied|not permitted|link loop|read-only|write.protect/i, 'denied'],
];

/** Version 3 ends with 8. SERVER: ProFTPD uses later ones in version 3 as well. */
const byCode: Readonly<Record<number, TransportErrorKind>> = {
  2: 'not-found',
  3: 'denied',
  // SERVER: OpenSSH, for a name or a path that is too long and for what the file system does not take.
  5: 'invalid-name',
  6: 'unreachable',
  7: 'unreachable',
  8: 'unsupported',
  10: 'not-found',
  11: 'exists',
  12: 'denied',
  14: 'no-space',
  15: 'no-space',
  18: 'not-empty',
  19: 'exists',
  20: 'invalid-name',
  21: 'denied',
  24: 'exists',
};

/** What a refusal says, taken alone. `unknown` when it gives no reason, as OpenSSH's "Failure". */
export function kindOf({ code, text }: Status): TransportErrorKind {
  return byText.find(([pattern]) => pattern.test(text))?.[1] ?? byCode[code] ?? 'unknown';
}

/** Something on the way is a file: so there is nothing at the path. */
export function isBelowFile({ code, text }: Status): boolean {
  return code === 19 || /not a directory/i.test(text);
}
