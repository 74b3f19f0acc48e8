/**
 * Paths inside a folder: `/`-separated, relative, never with empty, `.` or `..` parts.
 * Whatever comes from outside passes `pathProblem` before it becomes a path.
 */

const LONGEST_PATH = 4096;
const DEEPEST = 200;

export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function join(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}

/** Every directory above `path`, nearest first, without the root. */
export function parentsOf(path: string): string[] {
  const parents: string[] = [];
  for (let up = parentOf(path); up !== ''; up = parentOf(up)) {
    parents.push(up);
  }
  return parents;
}

export function isBelow(path: string, directory: string): boolean {
  return directory === '' ? path !== '' : path.startsWith(`${directory}/`);
}

/** Names that belong to ownsync itself, in any case: some disks do not tell. `.ownsyncignore` is an ordinary file. */
export function isReserved(path: string): boolean {
  const first = (path.split('/', 1)[0] ?? '').toLowerCase();
  const isOurs = first === '.ownsync' || first.startsWith('.ownsync-');
  return isOurs || nameOf(path).toLowerCase().startsWith('.ownsync-tmp-');
}

/** Why a text cannot be a path of ours; undefined if it can. */
export function pathProblem(text: string): string | undefined {
  if (text.length === 0 || text.length > LONGEST_PATH) {
    return 'is empty or too long';
  }
  if (text.includes('\0')) {
    return 'contains NUL';
  }
  const parts = text.split('/');
  if (parts.length > DEEPEST) {
    return 'is nested too deeply';
  }
  if (parts.some((part) => part === '' || part === '.' || part === '..')) {
    return 'has an empty, "." or ".." part';
  }
  return isReserved(text) ? 'is a name reserved for ownsync' : undefined;
}

/** Bytes of UTF-8. */
export function byteLength(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** One slot on a disk that ignores case and Unicode form. */
export function folded(path: string): string {
  return path.normalize('NFC').toLowerCase().normalize('NFC');
}

/** Code unit order, so that every client sorts alike; a directory comes before what is in it. */
export function byPath(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
