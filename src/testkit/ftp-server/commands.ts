/**
 * The commands of the scripted server that need no data connection, with rename(2) semantics and plain replies.
 */
import { lstat, mkdir, rename, rmdir, stat, unlink, utimes } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { absolutePath, codeOf, diskPath, diskTarget } from './files.ts';
import { factsLine, fromFtpTime, ftpTime } from './lines.ts';
import { failed, refusal } from './refusals.ts';
import type { Handler, SessionState } from './session.ts';

/** Runs `action` on the disk path of `argument`; failures become replies. */
export async function onPath(
  state: SessionState,
  argument: string,
  action: (full: string) => Promise<string>,
): Promise<string> {
  try {
    return await action(await diskPath(state.root, absolutePath(state.cwd, argument)));
  } catch (error) {
    return refusal(state, argument, error);
  }
}

/** The path under which a new entry is really stored. Throws for a name that the server takes for nothing. */
export function storedName(state: SessionState, argument: string): string {
  const path = absolutePath(state.cwd, argument);
  const { changeName: change, forbidden } = state.quirks;
  if (forbidden?.test(basename(path)) === true) throw failed('EINVAL');
  if (change === undefined) return path;
  const parent = dirname(path);
  return `${parent === '/' ? '' : parent}/${change(basename(path))}`;
}

export const commands: Readonly<Record<string, Handler>> = {
  USER(state, user) {
    state.user = user;
    return '331 Please specify the password.';
  },
  PASS(state, password) {
    const allowed = state.login(state.user ?? '', password);
    if (allowed !== true) return allowed;
    state.loggedIn = true;
    return '230 Login successful.';
  },
  QUIT: () => '221 Goodbye.',
  NOOP: () => '200 NOOP ok.',
  SYST: (state) => `215 ${state.quirks.system ?? 'UNIX Type: L8'}`,
  TYPE: () => '200 Type set.',
  STRU: () => '200 Structure set.',
  MODE: () => '200 Mode set.',
  ALLO: () => '202 Not needed.',
  ABOR: () => '226 No transfer to abort.',
  OPTS: ({ quirks }, argument) =>
    /^(UTF8|MLST)\b/i.test(argument) && (quirks.charset !== 'latin1' || !/^UTF8 ON/i.test(argument))
      ? '200 Option set.'
      : '501 Unknown option.',
  FEAT: (state) =>
    ['211-Features:', ...features(state).map((name) => ` ${name}`), '211 End'].join('\r\n'),
  PWD: (state) => `257 "${state.cwd.replaceAll('"', '""')}" is the current directory`,
  CDUP: (state) => changeDirectory(state, '..'),
  CWD: changeDirectory,
  REST(state, argument) {
    if (!/^\d+$/.test(argument)) return '501 Not a number.';
    state.restart = Number(argument);
    return `350 Restart position accepted (${argument}).`;
  },
  MKD: makeDirectory,
  RMD: (state, path) => onPath(state, path, async (full) => (await rmdir(full), '250 Removed.')),
  DELE: (state, path) => onPath(state, path, async (full) => (await unlink(full), '250 Deleted.')),
  RNFR: (state, path) =>
    onPath(state, path, async (full) => {
      await lstat(full);
      state.renameFrom = full;
      return '350 Ready for RNTO.';
    }),
  RNTO: renameTo,
  SIZE: (state, path) =>
    onPath(state, path, async (full) => {
      const found = await stat(full);
      return found.isFile() ? `213 ${String(found.size)}` : `550 ${path}: not a regular file`;
    }),
  MDTM: modified,
  MFMT: (state, argument) => {
    const [time, path] = split(argument);
    const at = fromFtpTime(time, state.quirks.times);
    if (state.quirks.setTime !== undefined && state.quirks.setTime !== 'mfmt')
      return '500 Unknown command.';
    if (at === undefined || path === undefined) return '501 Bad time.';
    return setTime(state, path, { at, reply: `213 Modify=${time}; ${path}` });
  },
  SITE(state, argument) {
    const parts = /^UTIME (\d{14}) (.*)$/i.exec(argument);
    const at = fromFtpTime(parts?.[1] ?? '', state.quirks.times);
    if (state.quirks.setTime !== 'utime') return '500 Unknown SITE command.';
    if (/^HELP$/i.test(argument)) return '214-Known SITE commands:\r\n UTIME\r\n214 End';
    if (at === undefined || parts?.[2] === undefined) return '501 Bad time.';
    return setTime(state, parts[2], { at, reply: '213 UTIME OK' });
  },
  MLST: (state, argument) =>
    state.quirks.mlsd === false
      ? '500 Unknown command.'
      : onPath(state, argument, async (full) => {
          const shown = absolutePath(state.cwd, argument);
          return `250-Begin\r\n ${factsLine(await lstat(full), shown, state.quirks.times)}\r\n250 End.`;
        }),
};

function features({ quirks }: SessionState): string[] {
  const time = quirks.setTime ?? 'mfmt';
  return [
    ...(quirks.epsv === false ? [] : ['EPSV']),
    'MDTM',
    ...(time === 'mfmt' ? ['MFMT'] : []),
    ...(quirks.mlsd === false ? [] : ['MLST modify*;size*;type*;unique*;']),
    ...['PASV', 'REST STREAM', 'SIZE', 'TVFS'],
    ...(quirks.charset === 'latin1' ? [] : ['UTF8']),
  ].filter((name) => !(quirks.unknown ?? []).includes(name));
}

function split(argument: string): readonly [string, string | undefined] {
  const space = argument.indexOf(' ');
  return space < 0 ? [argument, undefined] : [argument.slice(0, space), argument.slice(space + 1)];
}

async function changeDirectory(state: SessionState, path: string): Promise<string> {
  try {
    const wanted = absolutePath(state.cwd, path);
    const full = await diskTarget(state.root, wanted);
    if (!(await stat(full)).isDirectory()) return `550 ${path}: Not a directory`;
    state.cwd = wanted;
    return '250 Directory changed.';
  } catch (error) {
    return refusal(state, path, error);
  }
}

/** As {@link onPath}, under the name that the server makes of it. */
async function onNewPath(
  state: SessionState,
  argument: string,
  action: (full: string, stored: string) => Promise<string>,
): Promise<string> {
  try {
    const stored = storedName(state, argument);
    return await onPath(state, stored, (full) => action(full, stored));
  } catch (error) {
    return refusal(state, argument, error);
  }
}

function makeDirectory(state: SessionState, path: string): Promise<string> {
  return onNewPath(state, path, async (full, stored) => {
    try {
      await mkdir(full);
    } catch (error) {
      const lenient = state.quirks.makeExisting === 'succeeds' && codeOf(error) === 'EEXIST';
      if (!lenient || !(await lstat(full)).isDirectory()) throw error;
    }
    return `257 "${stored.replaceAll('"', '""')}" created`;
  });
}

function renameTo(state: SessionState, path: string): Promise<string> | string {
  const from = state.renameFrom;
  if (from === undefined) return '503 RNFR required first.';
  return onNewPath(state, path, async (full) => {
    const taken = full !== from && (await exists(full));
    if (taken && state.quirks.renameOnto === 'refuses') throw failed('EEXIST');
    await rename(from, full);
    return '250 Rename successful.';
  });
}

/** Something, whatever it is. */
export async function exists(full: string): Promise<boolean> {
  return lstat(full).then(
    () => true,
    () => false,
  );
}

async function modified(state: SessionState, argument: string): Promise<string> {
  const [time, path] = split(argument);
  const at = fromFtpTime(time, state.quirks.times);
  if (state.quirks.setTime === 'mdtm' && at !== undefined && path !== undefined) {
    const reply = await setTime(state, path, { at, reply: '213 File modification time set.' });
    // SERVER: vsftpd's words, which it says to a path that cannot be as well.
    return reply.startsWith('550') ? '550 Could not set file modification time.' : reply;
  }
  return onPath(state, argument, async (full) => {
    const found = await stat(full);
    if (!found.isFile()) return `550 ${argument}: not a regular file`;
    return `213 ${ftpTime(found.mtimeMs, state.quirks.times)}`;
  });
}

function setTime(
  state: SessionState,
  path: string,
  { at, reply }: { at: number; reply: string },
): Promise<string> {
  return onPath(state, path, async (full) => {
    // A link would be followed out of the root.
    await utimes(await diskTarget(state.root, absolutePath(state.cwd, path)), at / 1000, at / 1000);
    await stat(full);
    return reply;
  });
}
