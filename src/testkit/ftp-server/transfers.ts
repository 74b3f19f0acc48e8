/**
 * The commands of the scripted server that open or use a data connection. Files are written in place as the bytes come,
 * as real servers do: a cut upload leaves its part.
 */
import { constants } from 'node:fs';
import { lstat, open, stat, type FileHandle } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { once } from 'node:events';
import { basename, dirname } from 'node:path';
import { absolutePath, diskTarget, entriesOf, isMissing, type FoundEntry } from './files.ts';
import { exists, onPath, storedName } from './commands.ts';
import { factsLine, listLine } from './lines.ts';
import { failed, refusal } from './refusals.ts';
import { bytesOf, type Handler, type SessionState } from './session.ts';

export const transfers: Readonly<Record<string, Handler>> = {
  async EPSV(state) {
    if (state.quirks.epsv === false) return '500 Unknown command.';
    return `229 Entering Extended Passive Mode (|||${String(await state.data.listen())}|)`;
  },
  async PASV(state) {
    if (state.quirks.pasv === false) return '500 Unknown command.';
    const port = await state.data.listen();
    const own = (state.socket.localAddress ?? '127.0.0.1').replace(/^::ffff:/, '');
    const address = (state.quirks.passiveAddress ?? own).replaceAll('.', ',');
    return `227 Entering Passive Mode (${address},${String(port >> 8)},${String(port & 255)})`;
  },
  MLSD: (state, path) =>
    state.quirks.mlsd === false
      ? '500 Unknown command.'
      : onPath(state, path, async (full) => {
          const { times, dotFiles } = state.quirks;
          const own = factsLine(await stat(full), '.', times).replace('type=dir', 'type=cdir');
          const all = dotFiles !== 'only-with-a';
          const entries = (await entriesOf(full)).filter(({ name }) => shown(state, name, all));
          const { kept, end } = limited(state, entries);
          const lines = kept.map(({ name, stats }) => factsLine(stats, name, times));
          return sendText(state, [own, ...lines], end);
        }),
  LIST: (state, argument) => list(state, argument, lineFor(state)),
  NLST: (state, argument) => list(state, argument, ({ name }) => name),
  async STAT(state, argument) {
    if (argument === '') return '211 ownsync test server';
    const { path, all } = listArguments(state, argument);
    const found = await found550(state, path);
    const entries = (found.entries ?? []).filter(({ name }) => shown(state, name, all));
    return ['213-Status follows:', ...entries.map(lineFor(state)), '213 End of status'].join(
      '\r\n',
    );
  },
  RETR: retrieve,
  STOR: (state, path) => store(state, path, false),
  APPE: (state, path) => store(state, path, true),
};

function lineFor({ quirks }: SessionState): (entry: FoundEntry) => string {
  return (entry) => listLine(entry, Date.now(), quirks);
}

/** Splits `-al path`: options are taken off, as `ls` behind LIST does. */
function listArguments(state: SessionState, argument: string): { path: string; all: boolean } {
  if ((state.quirks.minusA ?? 'option') !== 'option') return { path: argument, all: false };
  const parts = /^(?:-(\S*)(?: |$))?(.*)$/.exec(argument);
  return { path: parts?.[2] ?? '', all: (parts?.[1] ?? '').includes('a') };
}

/** Windows knows no hidden names of this kind. */
function shown({ quirks }: SessionState, name: string, all: boolean): boolean {
  if (!name.startsWith('.') || quirks.listStyle === 'dos') return true;
  return all && quirks.dotFiles !== 'never';
}

async function found550(
  state: SessionState,
  path: string,
): Promise<{ entries?: FoundEntry[]; reply?: string }> {
  const wanted = absolutePath(state.cwd, path);
  try {
    const full = await diskTarget(state.root, wanted);
    if ((await lstat(full)).isDirectory()) return { entries: await entriesOf(full) };
    const parent = await entriesOf(dirname(full));
    return { entries: parent.filter(({ name }) => name === basename(full)) };
  } catch (error) {
    if (isMissing(error) && state.quirks.listMissing !== 'error') return { entries: [] };
    return { reply: refusal(state, path, error) };
  }
}

async function list(
  state: SessionState,
  argument: string,
  line: (entry: FoundEntry) => string,
): Promise<string> {
  const { path, all } = listArguments(state, argument);
  if (path.startsWith('-') && state.quirks.minusA === 'missing-name') {
    state.data.close();
    return refusal(state, path, failed('ENOENT'));
  }
  const { entries, reply } = await found550(state, path);
  if (entries === undefined) {
    state.data.close();
    return reply ?? '550 Failed.';
  }
  const { kept, end } = limited(
    state,
    entries.filter(({ name }) => shown(state, name, all)),
  );
  return sendText(state, kept.map(line), end);
}

function limited(state: SessionState, entries: FoundEntry[]): { kept: FoundEntry[]; end: string } {
  const { listLimit, silentLimit } = state.quirks;
  if (listLimit === undefined || entries.length <= listLimit)
    return { kept: entries, end: '226 Directory send OK.' };
  const end =
    silentLimit === true
      ? '226 Directory send OK.'
      : `226 Output truncated to ${String(listLimit)} matches`;
  return { kept: entries.slice(0, listLimit), end };
}

async function sendText(
  state: SessionState,
  lines: readonly string[],
  end: string,
): Promise<string> {
  const bytes = bytesOf(lines.map((line) => `${line}\r\n`).join(''), state.quirks);
  return send(state, parts(bytes), end);
}

function* parts(bytes: Buffer): Iterable<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

async function connection(state: SessionState, text: string): Promise<Socket | undefined> {
  await state.preliminary(`150 ${text}`);
  return state.data.accept();
}

/** Sends content on the data connection, as far as the script lets it. */
async function send(
  state: SessionState,
  content: Iterable<Buffer> | AsyncIterable<Buffer>,
  end: string,
): Promise<string> {
  const socket = await connection(state, 'Opening data connection.');
  if (socket === undefined) return '425 Failed to establish connection.';
  const { cutAfter, shortenTo } = state.fault;
  let left = cutAfter ?? shortenTo ?? Infinity;
  try {
    for await (const bytes of content) {
      const piece = bytes.subarray(0, left);
      left -= piece.length;
      if (piece.length > 0 && !socket.write(piece)) await drained(socket);
      if (left <= 0) break;
    }
    if (cutAfter !== undefined && left <= 0) {
      socket.resetAndDestroy();
      return '426 Failure writing network stream.';
    }
    await new Promise<void>((resolve, reject) => {
      socket.once('close', () => {
        reject(new Error('closed'));
      });
      socket.end(resolve);
    });
    return end;
  } catch {
    return '426 Failure writing network stream.';
  } finally {
    state.data.close();
  }
}

async function drained(socket: Socket): Promise<void> {
  if (socket.destroyed) throw new Error('closed');
  const watch = new AbortController();
  const closed = once(socket, 'close', { signal: watch.signal }).then(() => {
    throw new Error('closed');
  });
  try {
    await Promise.race([once(socket, 'drain', { signal: watch.signal }), closed]);
  } finally {
    watch.abort();
    closed.catch(() => undefined);
  }
}

async function retrieve(state: SessionState, path: string): Promise<string> {
  const from = state.restart;
  let file: FileHandle;
  try {
    const full = await diskTarget(state.root, absolutePath(state.cwd, path));
    if (!(await stat(full)).isFile()) return `550 ${path}: not a regular file`;
    file = await open(full);
  } catch (error) {
    state.data.close();
    return refusal(state, path, error);
  }
  try {
    return await send(state, contentOf(file, from), '226 Transfer complete.');
  } finally {
    await file.close();
  }
}

async function* contentOf(file: FileHandle, from: number): AsyncIterable<Buffer> {
  for (let at = from; ;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(65_536), 0, 65_536, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function store(state: SessionState, path: string, append: boolean): Promise<string> {
  const from = state.restart;
  let file: FileHandle;
  try {
    const full = await diskTarget(state.root, storedName(state, path));
    if (state.quirks.overwrite === 'refused' && (await exists(full))) {
      state.data.close();
      return `550 ${path}: Overwrite permission denied`;
    }
    const { O_APPEND, O_CREAT, O_TRUNC, O_WRONLY } = constants;
    const how = append ? O_APPEND : from === 0 ? O_TRUNC : 0;
    file = await open(full, O_WRONLY | O_CREAT | how, 0o644);
  } catch (error) {
    state.data.close();
    const reply = refusal(state, path, error);
    const isUnix = state.quirks.reasons !== 'windows';
    return isUnix && reply.startsWith('550') ? reply.replace('550', '553') : reply;
  }
  try {
    const socket = await connection(state, 'Ok to send data.');
    if (socket === undefined) return '425 Failed to establish connection.';
    return await receive(state, socket, { file, from: append ? undefined : from });
  } finally {
    state.data.close();
    await file.close();
  }
}

/** Writes what comes, as far as the script lets it. */
async function receive(
  state: SessionState,
  socket: Socket,
  { file, from }: { file: FileHandle; from: number | undefined },
): Promise<string> {
  let left = state.fault.cutAfter ?? Infinity;
  let at = from;
  try {
    for await (const chunk of socket) {
      const bytes = (chunk as Buffer).subarray(0, left);
      await writeAll(file, bytes, at);
      if (at !== undefined) at += bytes.length;
      left -= bytes.length;
      if (left <= 0) {
        socket.resetAndDestroy();
        return '426 Failure reading network stream.';
      }
    }
    return '226 Transfer complete.';
  } catch (error) {
    const reply = refusal(state, '', error);
    return reply.startsWith('552') ? reply : '426 Failure reading network stream.';
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, at: number | undefined): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const position = at === undefined ? null : at + done;
    done += (await file.write(bytes, done, bytes.length - done, position)).bytesWritten;
  }
}
