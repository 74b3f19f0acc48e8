/**
 * How the scripted server tells of files: the lines of MLSD and LIST in their dialects, and times in whatever zone and by
 * whatever clock the quirks say. Pure; looks at no disk.
 */
import type { Stats } from 'node:fs';
import type { FoundEntry } from './files.ts';
import type { FtpQuirks, FtpTimes } from './options.ts';

const MINUTE = 60_000;
const HALF_A_YEAR = 180 * 24 * 60 * MINUTE;

type Zone = FtpTimes['tellZone'];

/** A time of the disk as the server shows it. */
function shownTime(at: number, { ahead = 0 }: FtpTimes, zone: Zone): Date {
  const own = at + ahead;
  return new Date(own + (zone?.(own) ?? 0) * MINUTE);
}

/** `YYYYMMDDhhmmss`, as MDTM and MLSD tell it. */
export function ftpTime(milliseconds: number, times: FtpTimes = {}): string {
  const shown = shownTime(Math.floor(milliseconds / 1000) * 1000, times, times.tellZone);
  return shown.toISOString().slice(0, 19).replace(/[-:T]/g, '');
}

/** Milliseconds since 1970 on the disk of `YYYYMMDDhhmmss`; undefined if it is not one. */
export function fromFtpTime(text: string, times: FtpTimes = {}): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?$/.exec(text);
  if (parts === null) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts
    .slice(1)
    .map(Number);
  const given = Date.UTC(year, month - 1, day, hour, minute, second);
  return given - (times.setZone?.(given) ?? 0) * MINUTE - (times.ahead ?? 0);
}

/** One line of MLSD or MLST, without its end. */
export function factsLine(stats: Stats, name: string, times: FtpTimes = {}): string {
  const kind = stats.isDirectory()
    ? 'dir'
    : stats.isFile()
      ? 'file'
      : stats.isSymbolicLink()
        ? 'OS.unix=symlink'
        : 'OS.unix=special';
  const unique = `${stats.dev.toString(16).toUpperCase()}U${stats.ino.toString(16).toUpperCase()}`;
  const size = stats.isDirectory() ? '' : `size=${String(stats.size)};`;
  return `modify=${ftpTime(stats.mtimeMs, times)};${size}type=${kind};unique=${unique}; ${name}`;
}

/** One line of LIST in the server's dialect, without its end. */
export function listLine(entry: FoundEntry, now: number, quirks: FtpQuirks): string {
  return quirks.listStyle === 'dos' ? dosLine(entry, quirks) : unixLine(entry, now, quirks);
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function unixLine(entry: FoundEntry, now: number, { listStyle, times = {} }: FtpQuirks): string {
  const { name, stats, target } = entry;
  const kind = stats.isDirectory()
    ? 'd'
    : stats.isSymbolicLink()
      ? 'l'
      : stats.isFile()
        ? '-'
        : 'p';
  const date = shownTime(stats.mtimeMs, times, times.listZone);
  const day = String(date.getUTCDate()).padStart(2, ' ');
  // Files of the last half-year have a time and no year, as in `ls -l`.
  const recent = Math.abs(now - stats.mtimeMs) < HALF_A_YEAR;
  const time = recent
    ? `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`
    : String(date.getUTCFullYear()).padStart(5, ' ');
  const rights = kind === 'd' ? 'rwxr-xr-x' : kind === 'l' ? 'rwxrwxrwx' : 'rw-r--r--';
  const owner = listStyle === 'unix-no-group' ? 'ftp     ' : 'ftp      ftp     ';
  const month = months[date.getUTCMonth()] ?? 'Jan';
  const shown = target === undefined ? name : `${name} -> ${target}`;
  return `${kind}${rights}   1 ${owner} ${String(stats.size).padStart(12)} ${month} ${day} ${time} ${shown}`;
}

function dosLine({ name, stats }: FoundEntry, { times = {} }: FtpQuirks): string {
  const date = shownTime(stats.mtimeMs, times, times.listZone);
  const day = [date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCFullYear() % 100].map(two);
  const hour = date.getUTCHours();
  const time = `${two(hour % 12 === 0 ? 12 : hour % 12)}:${two(date.getUTCMinutes())}${hour < 12 ? 'AM' : 'PM'}`;
  const what = stats.isDirectory()
    ? '      <DIR>          '
    : `${String(stats.size).padStart(20)} `;
  return `${day.join('-')}  ${time} ${what}${name}`;
}
