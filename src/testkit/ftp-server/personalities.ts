/**
 * Kinds of FTP servers that cannot be had as Debian packages, or not in this temper, as quirks of the scripted one: what
 * hosts and users have met, put together as it comes together in the field.
 */
import type { FtpQuirks } from './options.ts';

const HOUR = 60;
const DAY = 24 * 60 * 60 * 1000;

/** Central Europe's, roughly: an hour more from April to October. */
function summerTime(at: number): number {
  const month = new Date(at).getUTCMonth();
  return month >= 3 && month < 10 ? 2 * HOUR : HOUR;
}

export const ftpPersonalities = {
  /** From before RFC 2389: no FEAT, no MLSD, no EPSV, lists without groups, in local time; sets no times. */
  'old-unix': {
    mlsd: false,
    epsv: false,
    setTime: 'none',
    listStyle: 'unix-no-group',
    unknown: ['FEAT', 'OPTS', 'SITE', 'STAT'],
    times: { listZone: summerTime },
  },
  /** Windows: DOS lists, `-a` is a file's name, nothing is renamed over, times local and never set. */
  iis: {
    system: 'Windows_NT',
    mlsd: false,
    setTime: 'none',
    listStyle: 'dos',
    minusA: 'missing-name',
    reasons: 'windows',
    renameOnto: 'refuses',
    // eslint-disable-next-line no-control-regex -- they are what Windows refuses
    forbidden: /[<>:"|?*\\\u0000-\u001f]/,
    changeName: (name) => name.replace(/[. ]+$/, ''),
    times: { listZone: summerTime, tellZone: summerTime },
  },
  /** Behind a router that does not speak FTP: no EPSV, and PASV names an address that nobody can reach. */
  nat: { epsv: false, passiveAddress: '10.99.99.99' },
  /** One byte a letter on the wire, and no word of UTF-8. */
  latin1: { charset: 'latin1', mlsd: false, setTime: 'mdtm', reasons: false },
  /** ProFTPD with `AllowOverwrite off`, which is what it does when nobody says otherwise. */
  'no-rename-over': { renameOnto: 'refuses', overwrite: 'refused' },
  /** Its MLSD hides names that begin with a dot; only `LIST -a` shows them. */
  'hidden-dots': { dotFiles: 'only-with-a' },
  /** Lists at most so many entries of a directory, and does not say so. */
  capped: { listLimit: 400, silentLimit: true },
  /** Two days ahead, tells times in one zone and takes them in another. */
  'wrong-clock': {
    setTime: 'utime',
    times: { ahead: 2 * DAY, listZone: summerTime, setZone: summerTime },
  },
} as const satisfies Readonly<Record<string, FtpQuirks>>;
