/**
 * An SFTP server for tests, made of ssh2's own server side over a directory: no extensions, and every odd way of answering
 * that a test asks for. It says how many requests were on their way at once, and which handles are open.
 */
import * as fs from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import type { Attributes, AuthContext, Connection, SFTPWrapper } from 'ssh2';
import { fingerprintOf } from '../../../plugins/sftp/known-hosts.ts';
import { freshDirectory, later } from './support.ts';

const { OPEN_MODE, STATUS_CODE } = ssh2.utils.sftp;

export interface Script {
  readonly password?: string;
  /** Ways to log in; default: `password`. */
  readonly methods?: readonly ('password' | 'keyboard-interactive')[];
  /** Does not start an SFTP channel. */
  readonly noSftp?: boolean;
  /** Answers to a kind of request instead of carrying it out: a status code, and words. */
  refuses?: Readonly<Record<string, readonly [code: number, text: string]>>;
  /** The same, for the first request of a kind. */
  readonly refusesFirst?: Readonly<Record<string, readonly [code: number, text: string]>>;
  /** Answers a kind of request only when so many are on their way, from then on at once. */
  readonly gathers?: Readonly<Record<string, number>>;
  /** Milliseconds before each answer. */
  readonly delay?: number;
  /** Bytes in an answer to a read, at most. */
  readonly readAtMost?: number;
  /** Sets times before it writes what came before. */
  readonly writesLate?: boolean;
  /** Leaves the rights, and with them the kind, out of listings and looks. */
  tellsNoMode?: boolean;
  /** Every name in listings twice. */
  readonly listsTwice?: boolean;
}

export interface Scripted {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly root: string;
  readonly hostKey: string;
  /** Ways to log in that were tried, in order. */
  readonly tried: string[];
  /** Kinds of requests, in order. */
  readonly requests: string[];
  /** Most requests of a kind that were on their way at once. */
  readonly most: Map<string, number>;
  readonly handles: Set<number>;
  /** Ends the SFTP channels, and keeps the connections. */
  endChannels(): void;
  /** May be changed meanwhile. */
  readonly script: Script;
}

export async function scripted(given: Script = {}): Promise<Scripted> {
  const script = { ...given };
  const root = await freshDirectory();
  // ssh2 writes one ed25519 key in 230 so that it cannot read it itself.
  const key = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const facts = {
    ...{ tried: [], requests: [], most: new Map<string, number>(), handles: new Set<number>() },
  };
  const clients = new Set<Connection>();
  const channels = new Set<SFTPWrapper>();
  const server = new ssh2.Server({ hostKeys: [key.private] }, (client: Connection) => {
    clients.add(client);
    client.on('error', () => undefined);
    client.on('authentication', (context) => {
      authenticate(context, script, facts.tried);
    });
    client.on('session', (accept) => {
      const session = accept();
      if (script.noSftp === true) return;
      session.on('sftp', (acceptSftp) => {
        const channel = acceptSftp();
        channels.add(channel);
        serve(channel, root, { script, facts });
      });
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  later(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const client of clients) client.end();
      }),
  );
  const { port } = server.address() as AddressInfo;
  return {
    ...{ host: '127.0.0.1', port, user: 'alice', root, script, ...facts },
    endChannels: () => {
      for (const channel of channels) channel.end();
      channels.clear();
    },
    hostKey: fingerprintOf(Buffer.from(key.public.split(' ')[1] ?? '', 'base64')),
  };
}

function authenticate(context: AuthContext, script: Script, tried: string[]): void {
  const { methods = ['password'], password = 'secret' } = script;
  tried.push(context.method);
  const refuse = (): void => {
    context.reject([...methods]);
  };
  if (!methods.some((method) => method === context.method)) refuse();
  else if (context.method === 'password' && context.password === password) context.accept();
  else if (context.method === 'keyboard-interactive') {
    const prompts = [
      { prompt: 'Your name again: ', echo: true },
      { prompt: 'Password: ', echo: false },
    ];
    context.prompt(prompts, 'Log in', '', (answers) => {
      if (answers[0] === '' && answers[1] === password) context.accept();
      else refuse();
    });
  } else refuse();
}

interface Facts {
  readonly requests: string[];
  readonly most: Map<string, number>;
  readonly handles: Set<number>;
}

type On = (kind: string, carryOut: (request: number, ...args: never[]) => void) => void;

/** What the handlers of one channel share. */
interface Desk {
  readonly channel: SFTPWrapper;
  readonly script: Script;
  readonly facts: Facts;
  readonly on: On;
  readonly place: (path: string) => string;
  /** Gives an open file or directory of the disk as a handle. */
  readonly give: (request: number, descriptor: number) => void;
  readonly done: (request: number) => void;
}

function serve(
  channel: SFTPWrapper,
  root: string,
  { script, facts }: { readonly script: Script; readonly facts: Facts },
): void {
  const desk: Desk = {
    ...{ channel, script, facts },
    on: answering(channel, script, facts),
    place: (path) => join(root, path),
    give: (request, descriptor) => {
      facts.handles.add(descriptor);
      const handle = Buffer.alloc(4);
      handle.writeUInt32BE(descriptor);
      channel.handle(request, handle);
    },
    done: (request) => {
      channel.status(request, STATUS_CODE.OK);
    },
  };
  serveLooks(desk);
  serveListings(desk);
  serveFiles(desk);
  serveChanges(desk);
}

/** Counts, waits, refuses or carries out; whatever the disk says becomes a status. */
function answering(channel: SFTPWrapper, script: Script, facts: Facts): On {
  const waiting = new Map<string, number>();
  const refusals = new Map(Object.entries(script.refusesFirst ?? {}));
  const gathered = new Map<string, (() => void)[]>();
  return (kind, carryOut) => {
    channel.on(kind, (request: number, ...args: never[]) => {
      facts.requests.push(kind);
      const now = (waiting.get(kind) ?? 0) + 1;
      waiting.set(kind, now);
      facts.most.set(kind, Math.max(facts.most.get(kind) ?? 0, now));
      const answer = (): void => {
        waiting.set(kind, (waiting.get(kind) ?? 1) - 1);
        const refusal = refusals.get(kind) ?? script.refuses?.[kind];
        refusals.delete(kind);
        try {
          if (refusal === undefined) carryOut(request, ...args);
          else channel.status(request, refusal[0], refusal[1]);
        } catch (error) {
          channel.status(request, codeOf(error));
        }
      };
      const wanted = script.gathers?.[kind] ?? 0;
      const held = gathered.get(kind) ?? [];
      if (held.length < wanted) {
        gathered.set(kind, [...held, answer]);
        if (held.length + 1 === wanted) for (const one of gathered.get(kind) ?? []) one();
      } else if (script.delay === undefined) answer();
      else setTimeout(answer, script.delay);
    });
  };
}

const handleOf = (handle: Buffer): number => handle.readUInt32BE(0);

function attributesOf(found: fs.Stats, script: Script): Attributes {
  const times = {
    atime: Math.floor(found.atimeMs / 1000),
    mtime: Math.floor(found.mtimeMs / 1000),
  };
  const mode = script.tellsNoMode === true ? {} : { mode: found.mode };
  return { uid: 1, gid: 1, size: found.size, ...times, ...mode } as Attributes;
}

const nothing = {} as Attributes;

function serveLooks({ channel, script, on, place }: Desk): void {
  on('REALPATH', (request, path: string) => {
    channel.name(request, [{ filename: join('/', path), longname: '', attrs: nothing }]);
  });
  on('STAT', (request, path: string) => {
    channel.attrs(request, attributesOf(fs.statSync(place(path)), script));
  });
  on('LSTAT', (request, path: string) => {
    channel.attrs(request, attributesOf(fs.lstatSync(place(path)), script));
  });
  on('READLINK', (request, path: string) => {
    const filename = fs.readlinkSync(place(path));
    channel.name(request, [{ filename, longname: '', attrs: nothing }]);
  });
}

/** Three entries to an answer. */
function serveListings({ channel, script, on, place, give }: Desk): void {
  const listed = new Map<number, string[]>();
  on('OPENDIR', (request, path: string) => {
    const names = fs.readdirSync(place(path));
    const descriptor = fs.openSync(place(path), 'r');
    const twice = script.listsTwice === true ? [...names, ...names] : names;
    listed.set(
      descriptor,
      twice.map((name) => join(path, name)),
    );
    give(request, descriptor);
  });
  on('READDIR', (request, handle: Buffer) => {
    const some = listed.get(handleOf(handle))?.splice(0, 3) ?? [];
    const entries = some.map((path) => ({
      filename: path.slice(path.lastIndexOf('/') + 1),
      longname: '',
      attrs: attributesOf(fs.lstatSync(place(path)), script),
    }));
    if (entries.length === 0) channel.status(request, STATUS_CODE.EOF);
    else channel.name(request, entries);
  });
}

function serveFiles({ channel, script, facts, on, place, give, done }: Desk): void {
  const late: (() => void)[] = [];
  on('OPEN', (request, path: string, flags: number) => {
    give(request, fs.openSync(place(path), flagsOf(flags)));
  });
  on('READ', (request, handle: Buffer, offset: number, length: number) => {
    const bytes = Buffer.alloc(Math.min(length, script.readAtMost ?? length));
    const count = fs.readSync(handleOf(handle), bytes, 0, bytes.length, offset);
    if (count === 0) channel.status(request, STATUS_CODE.EOF);
    else channel.data(request, bytes.subarray(0, count));
  });
  on('WRITE', (request, handle: Buffer, offset: number, data: Buffer) => {
    const bytes = Buffer.from(data);
    const write = (): void => {
      fs.writeSync(handleOf(handle), bytes, 0, bytes.length, offset);
      done(request);
    };
    if (script.writesLate === true) late.push(write);
    else write();
  });
  on('FSETSTAT', (request, handle: Buffer, wanted: Attributes) => {
    fs.futimesSync(handleOf(handle), wanted.atime, wanted.mtime);
    done(request);
  });
  on('FSTAT', (request, handle: Buffer) => {
    channel.attrs(request, attributesOf(fs.fstatSync(handleOf(handle)), script));
  });
  on('CLOSE', (request, handle: Buffer) => {
    for (const write of late.splice(0)) write();
    fs.closeSync(handleOf(handle));
    facts.handles.delete(handleOf(handle));
    done(request);
  });
}

function serveChanges({ on, place, done }: Desk): void {
  on('SETSTAT', (request, path: string, wanted: Attributes) => {
    fs.utimesSync(place(path), wanted.atime, wanted.mtime);
    done(request);
  });
  on('MKDIR', (request, path: string) => {
    fs.mkdirSync(place(path));
    done(request);
  });
  on('RMDIR', (request, path: string) => {
    fs.rmdirSync(place(path));
    done(request);
  });
  on('REMOVE', (request, path: string) => {
    fs.unlinkSync(place(path));
    done(request);
  });
  on('RENAME', (request, from: string, to: string) => {
    if (fs.existsSync(place(to))) throw new Error('it exists');
    fs.renameSync(place(from), place(to));
    done(request);
  });
}

function codeOf(error: unknown): number {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'ENOENT') return STATUS_CODE.NO_SUCH_FILE;
  return code === 'EACCES' ? STATUS_CODE.PERMISSION_DENIED : STATUS_CODE.FAILURE;
}

function flagsOf(flags: number): number {
  const { O_CREAT, O_EXCL, O_RDONLY, O_TRUNC, O_WRONLY } = fs.constants;
  return (
    ((flags & OPEN_MODE.WRITE) === 0 ? O_RDONLY : O_WRONLY) |
    ((flags & OPEN_MODE.CREAT) === 0 ? 0 : O_CREAT) |
    ((flags & OPEN_MODE.EXCL) === 0 ? 0 : O_EXCL) |
    ((flags & OPEN_MODE.TRUNC) === 0 ? 0 : O_TRUNC)
  );
}
