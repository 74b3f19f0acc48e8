/**
 * Names that real people's files have and that real servers stumble over, in classes, and which classes each server takes.
 * What a server is known to refuse or to change is left out here with its reason, never silently.
 */
import type { Rng } from '../../src/testkit/simulation/rng.ts';

export type NameClass =
  | 'plain'
  | 'spaces'
  | 'quotes'
  | 'brackets'
  | 'percent'
  | 'tilde'
  | 'dash'
  | 'unicode'
  | 'dots'
  | 'marks'
  | 'listing'
  | 'long'
  | 'star'
  | 'backslash'
  | 'blanks'
  | 'tab';

/** A stem and a number make a name that is unique within its directory. */
const makers: Readonly<Record<NameClass, readonly ((stem: string, n: number) => string)[]>> = {
  plain: [(s, n) => `${s}-${String(n)}.txt`, (s, n) => `${s}${String(n)}`],
  spaces: [(s, n) => `${s} no ${String(n)}.doc`, (s, n) => `${s}  two blanks ${String(n)}`],
  quotes: [
    (s, n) => `"${s}" ${String(n)}.txt`,
    (s, n) => `it's ${s} ${String(n)}`,
    (s, n) => `a""b ${s}${String(n)}`,
    (s, n) => `\`${s}\` ${String(n)}`,
  ],
  brackets: [
    (s, n) => `${s}[${String(n)}].txt`,
    (s, n) => `${s} (${String(n)}).pdf`,
    (s, n) => `{${s},${String(n)}}`,
    (s, n) => `<${s}> ${String(n)}`,
  ],
  percent: [(s, n) => `100%25 ${s} ${String(n)}`, (s, n) => `%s%d%n ${s}${String(n)}`],
  tilde: [(s, n) => `~${s}${String(n)}`, (s, n) => `~ ${s} ${String(n)}~`],
  dash: [(s, n) => `-${s}-${String(n)}`, (s, n) => `-la ${s} ${String(n)}`],
  // NFC throughout: what decomposed names do has its own tests.
  unicode: [
    (s, n) => `${s}-äöüß-é-${String(n)}.txt`,
    (s, n) => `日本語 ${s} ${String(n)}`,
    (s, n) => `${s} 🌲 ${String(n)}`,
    (s, n) => `Ωмир-${s}-${String(n)}`,
  ],
  dots: [
    (s, n) => `.${s}${String(n)}`,
    (s, n) => `..${s}${String(n)}`,
    (s, n) => `${s}...${String(n)}.tar.gz`,
  ],
  marks: [
    (s, n) => `${s}; rm ${String(n)}`,
    (s, n) => `$HOME & ${s}#${String(n)}`,
    (s, n) => `a=${s},b|${String(n)}`,
    (s, n) => `why ${s}! ${String(n)}@x+y^z`,
    (s, n) => `${s}:${String(n)}`,
  ],
  // Names that look like a part of a line in a listing.
  listing: [
    (s, n) => `${s} -> ${String(n)}`,
    (s, n) => `-rw-r--r-- 1 u g 12 Jan 1 2020 ${s} ${String(n)}`,
    (s, n) => `type=dir; ${s} ${String(n)}`,
    (s, n) => `total ${String(n)} ${s}`,
  ],
  // 255 bytes is what the disks below take.
  long: [
    (s, n) => fill(`${s} ${String(n)} `, 'x', 255),
    (s, n) => fill(`${s}${String(n)}-`, 'é', 255),
  ],
  star: [(s, n) => `*${s}*${String(n)}`, (s, n) => `${s}?${String(n)}`],
  backslash: [(s, n) => `${s}\\${String(n)}`, (s, n) => `\\${s} ${String(n)}`],
  blanks: [(s, n) => ` ${s} ${String(n)}`, (s, n) => `${s} ${String(n)} `],
  tab: [(s, n) => `${s}\t${String(n)}`],
};

function fill(start: string, mark: string, bytes: number): string {
  const each = Buffer.byteLength(mark);
  return start + mark.repeat(Math.floor((bytes - Buffer.byteLength(start)) / each));
}

export interface NameSet {
  readonly files: readonly NameClass[];
  readonly directories: readonly NameClass[];
}

const everything = Object.keys(makers) as NameClass[];
const without = (...left: readonly NameClass[]): NameClass[] =>
  everything.filter((name) => !left.includes(name));

/** What each store takes. */
export const namesFor: Readonly<
  Record<'proftpd' | 'vsftpd' | 'pure-ftpd' | 'openssh' | 'apache' | 'lighttpd' | 'mount', NameSet>
> = {
  // SERVER: MKD with `*` in the name is "550 Invalid directory name"; STOR with it works.
  proftpd: { files: everything, directories: without('star') },
  vsftpd: { files: everything, directories: everything },
  // SERVER: a backslash is "553 Prohibited"; blanks at the ends and control characters are stored as `_`.
  'pure-ftpd': {
    files: without('backslash', 'blanks', 'tab'),
    directories: without('backslash', 'blanks', 'tab'),
  },
  openssh: { files: everything, directories: everything },
  apache: { files: everything, directories: everything },
  // SERVER: 400 to control characters; uploads begin under the name with ten bytes more.
  lighttpd: { files: without('tab', 'long'), directories: without('tab', 'long') },
  mount: { files: everything, directories: everything },
};

const stems = ['report', 'photo', 'Brief', 'notes', 'invoice', 'song', 'draft', 'IMG', 'data', 'a'];

/** Half of all names are plain; `number` makes them unique. */
export function makeName(rng: Rng, classes: readonly NameClass[], number: number): string {
  const chosen = rng.chance(0.5) ? 'plain' : rng.pick(classes);
  return rng.pick(makers[chosen])(rng.pick(stems), number);
}
