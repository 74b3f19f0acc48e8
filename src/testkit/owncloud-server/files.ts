/** GET, HEAD, PUT, MKCOL, DELETE and PROPPATCH on the user's files, as recorded. MOVE is in moves.ts. */
import type { Call } from './account.ts';
import { longId, refuse, type Answer } from './answers.ts';
import { agrees } from './checksums.ts';
import { checkConditions } from './conditions.ts';
import { checkDeletable, checkName, checkUploadName } from './names.ts';
import type { FileNode } from './tree.ts';

export async function putFile(call: Call): Promise<Answer> {
  const { account, path, header } = call;
  checkUploadName(path, account.options.fits228 ?? (() => false));
  if (header('content-range') !== undefined) throw refuse.badRequest('Content-Range on PUT');
  const testParents = (): void => {
    if (account.tree.folder(path.slice(0, -1)) === undefined) {
      throw refuse.conflict('Files cannot be created in non-existent collections');
    }
    if (account.tree.folder(path) !== undefined)
      throw refuse.conflict('PUT is not allowed on folders');
  };
  testParents();
  checkConditions(call);
  account.refuseBusy(path, 'anybody');
  const release = account.hold('writers', path);
  try {
    const bytes = await call.body();
    account.refuseOverQuota(bytes.length);
    checkSum(header('oc-checksum'), bytes);
    testParents();
    if (account.options.racy !== true) checkConditions(call);
    const isNew = account.tree.find(path) === undefined;
    const node = account.tree.put(path, bytes, wantedTime(header('x-oc-mtime')));
    return stored(node, { isNew, timed: header('x-oc-mtime') !== undefined });
  } finally {
    release();
  }
}

export function checkSum(wanted: string | undefined, bytes: Uint8Array): void {
  if (wanted !== undefined && !agrees(wanted, bytes)) {
    throw refuse.badRequest(
      'The computed checksum does not match the one received from the client.',
    );
  }
}

/** SERVER: whatever is not a number is accepted too, and becomes 0; fractions are cut. Seconds. */
export function wantedTime(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  return /^-?\d+(\.\d*)?$/.test(header) ? Math.trunc(Number(header)) : 0;
}

export function stored(node: FileNode, facts: { isNew: boolean; timed: boolean }): Answer {
  const headers = {
    'oc-fileid': longId(node),
    etag: `"${node.etag}"`,
    'oc-etag': `"${node.etag}"`,
    ...(facts.timed ? { 'x-oc-mtime': 'accepted' } : {}),
  };
  return { status: facts.isNew ? 201 : 204, headers };
}

export function getFile(call: Call): Answer {
  const { account, path, header, method } = call;
  const node = account.existing(path);
  if (node.kind === 'folder') throw refuse.notAllowed('GET is not allowed on folders');
  account.refuseBusy(path, 'writers');
  const etag = `"${node.etag}"`;
  if (header('if-none-match') === etag) return { status: 304, headers: { etag } };
  checkConditions(call);
  const range = /^bytes=(\d*)-(\d*)$/.exec(header('range') ?? '');
  const applies = header('if-range') === undefined || header('if-range') === etag;
  const part = range === null || !applies ? undefined : partOf(range, node.bytes.length);
  const sum = node.checksums.split(' ')[0] ?? '';
  const headers: Record<string, string> = {
    'content-type': 'application/octet-stream',
    ...{ etag, 'oc-etag': etag, 'accept-ranges': 'bytes' },
    ...(node.mtime === 0 ? {} : { 'last-modified': new Date(node.mtime * 1000).toUTCString() }),
    // SERVER: HEAD tells it twice, which clients join to one value.
    ...(sum === '' ? {} : { 'oc-checksum': method === 'HEAD' ? `${sum}, ${sum}` : sum }),
  };
  const after = account.hold('readers', path);
  if (part === undefined) return { status: 200, headers, body: node.bytes, after };
  const [from, to] = part;
  const shown = `bytes ${String(from)}-${String(to)}/${String(node.bytes.length)}`;
  const body = node.bytes.subarray(from, to + 1);
  return { status: 206, headers: { ...headers, 'content-range': shown }, body, after };
}

/** First and last byte, both included. */
function partOf(range: RegExpExecArray, size: number): readonly [number, number] {
  const [, from = '', to = ''] = range;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (first <= last) return [first, last];
  throw refuse.rangeBeyondEnd();
}

export async function makeFolder(call: Call): Promise<Answer> {
  const { account, path } = call;
  checkName(path);
  const test = (): void => {
    if (account.tree.find(path) !== undefined) {
      throw refuse.notAllowed('The resource you tried to create already exists');
    }
    if (account.tree.folder(path.slice(0, -1)) === undefined) {
      throw refuse.conflict('Parent node does not exist');
    }
  };
  test();
  await account.pause();
  test(); // of eight at once exactly one was told 201: this one is atomic
  account.tree.makeFolder(path);
  return { status: 201, headers: { 'content-length': '0' } };
}

export function deleteNode(call: Call): Answer {
  const { account, path } = call;
  const node = account.existing(path);
  checkConditions(call);
  if (path.length === 0) throw refuse.forbidden();
  if (node.kind === 'folder') checkDeletable(path);
  account.refuseBusy(path, node.kind === 'folder' ? 'below' : 'anybody');
  account.tree.remove(path);
  return { status: 204 };
}

/** SERVER: a unix number is taken; a date gives 200 as well, and the time 0; `getlastmodified` is refused. */
export async function patchProperties(call: Call): Promise<Answer> {
  const { account, path, base } = call;
  account.existing(path);
  const text = (await call.body()).toString('utf8');
  const [, value] = /<(?:[\w.-]+:)?lastmodified[^>]*>([^<]*)</.exec(text) ?? [];
  const status = value === undefined ? '403 Forbidden' : '200 OK';
  if (value !== undefined) account.tree.setTime(path, wantedTime(value.trim()) ?? 0);
  const name = value === undefined ? 'getlastmodified' : 'lastmodified';
  const body =
    `<?xml version="1.0"?>\n<d:multistatus xmlns:d="DAV:"><d:response><d:href>${base}/</d:href>` +
    `<d:propstat><d:prop><d:${name}/></d:prop><d:status>HTTP/1.1 ${status}</d:status></d:propstat>` +
    '</d:response></d:multistatus>';
  return { status: 207, headers: { 'content-type': 'application/xml; charset=utf-8' }, body };
}
