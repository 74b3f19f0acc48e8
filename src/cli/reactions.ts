/**
 * Every kind of error as a person is told: why, what to do, which exit code. Tables only.
 */
import type { LocalErrorKind } from '../core/ports/local-tree.ts';
import type { TransportErrorKind } from '../core/ports/transport.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';

export interface Reaction {
  /** What happened, completing "store: …" or "this computer: …". */
  readonly why: string;
  readonly remedy: string;
  readonly exit: ExitCode;
}

const AGAIN = 'Nothing is lost; the next `ownsync sync` goes on where this one stopped.';

export const TRANSPORT_REACTIONS: Readonly<Record<TransportErrorKind, Reaction>> = {
  unreachable: {
    why: 'the store cannot be reached, or the line broke',
    remedy: `Check your network and the store's host and port. ${AGAIN}`,
    exit: EXIT.failed,
  },
  busy: {
    why: 'the store has too much to do or too many connections',
    remedy: `Try again in a while; if it stays so, lower "connections" of this store. ${AGAIN}`,
    exit: EXIT.failed,
  },
  auth: {
    why: 'the store refused the login',
    remedy:
      "Check this store's user, its password or key, and the certificate or server key that it is known by.",
    exit: EXIT.failed,
  },
  denied: {
    why: 'the store does not allow it',
    remedy:
      'Give the account the right to read and write there, or choose another place with the folder\'s "path".',
    exit: EXIT.failed,
  },
  'not-found': {
    why: 'something that is needed is not on the store',
    remedy: `Check the folder's "path". ${AGAIN}`,
    exit: EXIT.failed,
  },
  precondition: {
    why: 'somebody else changed it at the same moment',
    remedy: `Run it again. ${AGAIN}`,
    exit: EXIT.failed,
  },
  exists: {
    why: 'something else is already there',
    remedy: 'Move it away on the store, or choose another place with the folder\'s "path".',
    exit: EXIT.failed,
  },
  'not-empty': {
    why: 'a directory on the store is not empty',
    remedy: `Run it again. ${AGAIN}`,
    exit: EXIT.failed,
  },
  'no-space': {
    why: 'the store is full, or your quota is used up',
    remedy: `Make room on the store. ${AGAIN}`,
    exit: EXIT.failed,
  },
  'invalid-name': {
    why: 'the store does not take this name',
    remedy: 'Choose another name.',
    exit: EXIT.failed,
  },
  unsupported: {
    why: 'the store cannot do what is needed',
    remedy: 'See docs/errors.md for what a store has to be able to do.',
    exit: EXIT.failed,
  },
  corrupt: {
    why: 'what came from the store is not what was put there',
    remedy: `Run it again; if it stays so, look at the store's disk. Damaged content never replaces a file of yours.`,
    exit: EXIT.failed,
  },
  cancelled: { why: 'stopped', remedy: AGAIN, exit: EXIT.stopped },
  unknown: {
    why: 'the store gave an answer that ownsync does not understand',
    remedy: `Run it again; with --debug it shows every operation. ${AGAIN}`,
    exit: EXIT.failed,
  },
};

/** What `denied` asks for when the store was not even opened. */
export const OPEN_DENIED =
  "Check this store's settings, its TLS ones too, and what the account may do.";

export const LOCAL_REACTIONS: Readonly<Record<LocalErrorKind, Reaction>> = {
  'no-space': {
    why: "this computer's disk is full",
    remedy: `Make room there. ${AGAIN}`,
    exit: EXIT.failed,
  },
  denied: {
    why: 'this computer does not allow it',
    remedy: `Give yourself the right to read and write there. ${AGAIN}`,
    exit: EXIT.failed,
  },
  'invalid-name': {
    why: "this computer's disk does not take this name",
    remedy: 'Choose another name on one of your other computers.',
    exit: EXIT.failed,
  },
  'missing-root': {
    why: 'the local folder is not there',
    remedy:
      'Plug in or mount its disk, or correct "local"; for a new folder make the directory first. Nothing is deleted anywhere because of it.',
    exit: EXIT.decision,
  },
  unknown: {
    why: "this computer's disk gave an error",
    remedy: `Look at the message above. ${AGAIN}`,
    exit: EXIT.failed,
  },
};
