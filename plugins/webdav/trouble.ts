/**
 * Errors of Node's and the package's clients, and of TLS, in this plugin's terms. Knows codes, not statuses.
 */
import { Finding, LostConnection } from './failures.ts';

/** Fails before a request can have been sent. */
const unsent = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN)$/;

const tls = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED)/;

/** Nobody vouches for the certificate. */
const untrusted = /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_SELF_SIGNED)/;

export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

export function troubleOf(error: unknown): Error {
  if (error instanceof Finding || error instanceof LostConnection) return error;
  const code = codeOf(error);
  const told = error instanceof Error ? error.message : String(error);
  // The package's client passes on text and code of an error, but not the error.
  const why = told.replace(/^request to \S* failed, reason: /, '');
  if (code === Finding.code) return new Finding('denied', why);
  if (untrusted.test(code)) {
    const advice =
      'if it is the right server, name its authority with `ca` or pin it with `fingerprint`';
    return new Finding('denied', `the server's certificate is not trusted (${why}); ${advice}`);
  }
  if (tls.test(code)) {
    return new Finding('denied', `the secure connection was refused: ${why}`, { cause: error });
  }
  return new LostConnection(why, { cause: error, untouched: unsent.test(code) });
}
