/** What a method answers, and the XML errors in which ownCloud explains itself. Only shapes and text. */
import type { FileNode, FolderNode } from './tree.ts';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Called when the answer has been sent or its connection is gone. */
  readonly after?: () => void;
}

/** Thrown by a method: the request is refused. */
export class Refused extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`refused with ${String(answer.status)}`);
    this.answer = answer;
  }
}

const sabre = 'Sabre\\DAV\\Exception\\';
const own = 'OCA\\DAV\\Connector\\Sabre\\Exception\\';

function refusal(status: number, exception: string, message: string): Refused {
  return new Refused({
    status,
    headers: { 'content-type': 'application/xml; charset=utf-8' },
    body:
      '<?xml version="1.0" encoding="utf-8"?>\n' +
      '<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns">\n' +
      `  <s:exception>${exception}</s:exception>\n  <s:message>${escaped(message)}</s:message>\n` +
      '</d:error>\n',
  });
}

export const refuse = {
  notFound: (name: string) =>
    refusal(404, `${sabre}NotFound`, `File with name ${name} could not be located`),
  forbidden: (message = '') => refusal(403, `${sabre}Forbidden`, message),
  notAuthenticated: () =>
    refusal(401, `${sabre}NotAuthenticated`, 'Cannot authenticate over ajax calls'),
  conflict: (message: string) => refusal(409, `${sabre}Conflict`, message),
  precondition: (header: string) =>
    refusal(
      412,
      `${sabre}PreconditionFailed`,
      `An ${header} header was specified, but it did not match`,
    ),
  badRequest: (message: string) => refusal(400, `${sabre}BadRequest`, message),
  notAllowed: (message: string) => refusal(405, `${sabre}MethodNotAllowed`, message),
  locked: (path: string) => refusal(423, `${own}FileLocked`, `"${path}" is locked`),
  /** SERVER: of a folder with something locked in it a MOVE says this, with status 500. */
  lockedBelow: (path: string) => refusal(500, 'OCP\\Lock\\LockedException', `"${path}" is locked`),
  invalidPath: (message: string) => refusal(400, `${own}InvalidPath`, message),
  rangeBeyondEnd: () =>
    refusal(416, `${sabre}RequestedRangeNotSatisfiable`, 'The start offset exceeded the size'),
  noSpace: () => refusal(507, `${sabre}InsufficientStorage`, ''),
  maintenance: () => refusal(503, `${sabre}ServiceUnavailable`, 'System in maintenance mode.'),
} as const;

/** The id of this installation, in `oc:id` and as the name of a cookie. */
export const instance = 'ocm1x2y3z4w5';

/** `oc:id` and the header OC-FileId: `oc:fileid`, padded, and the installation. */
export function longId({ id }: FileNode | FolderNode): string {
  return `${String(id).padStart(8, '0')}${instance}`;
}

export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${String(sign.charCodeAt(0))};`);
}
