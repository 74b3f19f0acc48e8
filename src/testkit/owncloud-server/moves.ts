/**
 * MOVE of files and folders, and the MOVE that joins the chunks of an upload. Told as recorded, with its traps: the answer to a
 * MOVE over something names the ETag and id of what was replaced.
 */
import type { Account, Call, Upload } from './account.ts';
import { longId, refuse, type Answer } from './answers.ts';
import { checkConditions } from './conditions.ts';
import { checkSum, stored, wantedTime } from './files.ts';
import { checkName, checkUploadName } from './names.ts';
import type { Path } from './tree.ts';

export async function moveNode(call: Call): Promise<Answer> {
  const { account, path } = call;
  const to = destinationOf(call);
  const test = (): void => {
    account.existing(path);
    refuseTarget(call, to);
  };
  test();
  if (to.join('/') === path.join('/')) throw refuse.forbidden();
  if (to.join('/').startsWith(`${path.join('/')}/`)) {
    throw refuse.conflict(
      'The destination may not be part of the same subtree as the source path.',
    );
  }
  checkName(to);
  checkConditions(call);
  refuseBusyAt(account, path);
  await account.pause();
  // SERVER: whether this is still so at the moment of the deed is chance: two racers may both be told 201.
  if (account.options.racy === true) account.existing(path);
  else test();
  const replaced = account.tree.find(to);
  const isNew = replaced === undefined;
  const answer = replaced ?? account.existing(path);
  const headers = { 'oc-fileid': longId(answer), etag: `"${answer.etag}"` };
  account.tree.move(path, to);
  return { status: isNew ? 201 : 204, headers };
}

function refuseBusyAt(account: Account, path: Path): void {
  const isFolder = account.tree.folder(path) !== undefined;
  account.refuseBusy(path, isFolder ? 'below' : 'anybody');
}

function destinationOf(call: Call): Path {
  const destination = call.header('destination');
  if (destination === undefined) throw refuse.badRequest('The destination header was not supplied');
  const to = call.pathOf(destination);
  if (to === undefined || to.length === 0) throw refuse.forbidden();
  return to;
}

function refuseTarget({ account, header }: Call, to: Path): void {
  if (account.tree.folder(to.slice(0, -1)) === undefined) {
    throw refuse.conflict('The destination node is not found');
  }
  if (header('overwrite')?.toUpperCase() === 'F' && account.tree.find(to) !== undefined) {
    throw refuse.precondition('Overwrite');
  }
}

/** `ID/.file` onto its destination. What fails leaves the chunks, so that it can be tried again. */
export async function joinChunks(
  call: Call,
  { id, chunks }: { id: string; chunks: Upload },
): Promise<Answer> {
  const { account, header } = call;
  const to = destinationOf(call);
  // SERVER: it tests the pseudo-file `.file`, whose ETag nobody knows.
  if (header('if-match') !== undefined) throw refuse.precondition('If-Match');
  checkUploadName(to, account.options.fits228 ?? (() => false));
  refuseTarget(call, to);
  const numbers = [...chunks.keys()].sort((a, b) => Number(a) - Number(b));
  const bytes = Buffer.concat(numbers.map((number) => chunks.get(number) ?? new Uint8Array(0)));
  const total = header('oc-total-length');
  if (total !== undefined && Number(total) !== bytes.length) {
    const sizes = `${String(bytes.length)} bytes instead of ${total}`;
    throw refuse.badRequest(`Chunks on server do not sum up to the expected size: ${sizes}`);
  }
  account.refuseOverQuota(bytes.length);
  checkSum(header('oc-checksum'), bytes);
  await account.pause();
  const isNew = account.tree.find(to) === undefined;
  // SERVER: a folder that is there gives way to the file, with all that is in it.
  if (account.tree.folder(to) !== undefined) account.tree.remove(to);
  const node = account.tree.put(to, bytes, wantedTime(header('x-oc-mtime')));
  account.uploads.delete(id);
  return stored(node, { isNew, timed: header('x-oc-mtime') !== undefined });
}
