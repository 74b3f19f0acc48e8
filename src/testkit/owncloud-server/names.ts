/** Which names ownCloud takes, and in what words and statuses it refuses the others. Pure functions. */
import { refuse } from './answers.ts';
import type { Path } from './tree.ts';

const longest = 255;
/** The temporary name of an upload adds `.ocTransferId<random>.part`. */
const longestUpload = 227;
const longestPath = 4000;

/** SERVER: names are stored in composed form, whatever form they came in. */
export function normalised(path: Path): Path {
  return path.map((name) => name.normalize('NFC'));
}

/** Throws when no file or folder can have this path. */
export function checkName(path: Path): void {
  const name = path.at(-1) ?? '';
  if (name.toLowerCase() === '.htaccess') throw refuse.forbidden();
  if (/\.(part|filepart)$/.test(name)) {
    throw refuse.invalidPath('`.part` is not allowed for files and folders.');
  }
  if (hasControl(name) || name.includes('\\') || name === '*') {
    throw refuse.invalidPath('File name contains at least one invalid character');
  }
  if (Buffer.byteLength(name) > longest) throw refuse.invalidPath('File name is too long');
  if (Buffer.byteLength(path.join('/')) > longestPath) {
    throw refuse.badRequest('Path is too long');
  }
}

function hasControl(name: string): boolean {
  return Buffer.from(name).some((byte) => byte < 0x20);
}

/** `fits228`: a name of 228 bytes is taken or refused as chance will have it. */
export function checkUploadName(path: Path, fits228: () => boolean): void {
  checkName(path);
  const bytes = Buffer.byteLength(path.at(-1) ?? '');
  if (bytes > longestUpload + 1 || (bytes === longestUpload + 1 && !fits228())) {
    throw refuse.invalidPath('File name is too long');
  }
}

const undeletable = 244;

/** SERVER: folders with longer names can be made, but not deleted: the trash-bin adds to the name. */
export function checkDeletable(path: Path): void {
  if (Buffer.byteLength(path.at(-1) ?? '') >= undeletable) throw refuse.forbidden();
}
