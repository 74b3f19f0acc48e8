/**
 * One control connection of the scripted server: reads lines, asks the script, has commands carried out one after the
 * other and answers. What commands do is in commands.ts and transfers.ts; nothing here touches the disk.
 */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataPort } from './data.ts';
import type { FtpCommand, FtpFault, FtpQuirks } from './options.ts';

/** What a command may use and change. */
export interface SessionState {
  readonly root: string;
  readonly quirks: FtpQuirks;
  readonly data: DataPort;
  readonly socket: Socket;
  readonly fault: FtpFault;
  cwd: string;
  user: string | undefined;
  loggedIn: boolean;
  /** Offset set by REST for the next transfer. */
  restart: number;
  /** Disk path set by RNFR for the next command. */
  renameFrom: string | undefined;
  /** Sends a preliminary reply. */
  preliminary(text: string): Promise<void>;
  /** True if these are the right ones and a login is free; else the reply that refuses. */
  login(user: string, password: string): true | string;
}

/** Carries out one command and returns its last reply, without the line end. */
export type Handler = (state: SessionState, argument: string) => Promise<string> | string;

export interface SessionParts {
  readonly socket: Socket;
  readonly number: number;
  readonly host: string;
  readonly root: string;
  readonly quirks: FtpQuirks;
  readonly idle: number | undefined;
  readonly handlers: Readonly<Record<string, Handler>>;
  /** Counts the command and asks the script. */
  observe(command: Omit<FtpCommand, 'count'>): FtpFault | undefined;
  login(session: Session, user: string, password: string): true | string;
  ended(session: Session): void;
}

/** Text as it goes over the wire. SERVER: IIS shows `?` for a letter that its code page has not. */
export function bytesOf(text: string, { charset = 'utf8' }: FtpQuirks): Buffer {
  const sent = charset === 'latin1' ? text.replace(/[\u0100-\u{10ffff}]/gu, '?') : text;
  return Buffer.from(sent, charset);
}

/** Longest command line that is taken, in characters. */
const longestLine = 16_384;

export class Session {
  readonly #parts: SessionParts;
  readonly #data: DataPort;
  readonly #lines: string[] = [];
  readonly #shared: Omit<SessionState, 'fault' | 'preliminary'>;
  #rest = '';
  #busy = false;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#data = new DataPort(parts.host);
    const { socket } = parts;
    this.#shared = {
      ...{ root: parts.root, quirks: parts.quirks, data: this.#data, socket },
      ...{ cwd: '/', user: undefined, loggedIn: false, restart: 0, renameFrom: undefined },
      login: (user, password) => parts.login(this, user, password),
    };
    socket.setNoDelay(true);
    socket.setEncoding(parts.quirks.charset ?? 'utf8');
    socket.on('data', (text: string) => {
      this.#receive(text);
    });
    socket.on('error', () => undefined);
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      this.#data.close();
      parts.ended(this);
    });
    if (parts.idle !== undefined) socket.setTimeout(parts.idle, () => void this.#idleEnd());
  }

  get loggedIn(): boolean {
    return this.#shared.loggedIn;
  }

  get transfers(): number {
    return this.#data.open;
  }

  greet(): void {
    this.#parts.socket.write('220 ownsync test server\r\n');
  }

  /** Answers with a last word and ends. */
  refuse(text: string): void {
    this.#parts.socket.end(`${text}\r\n`);
  }

  drop(): void {
    this.#parts.socket.destroy();
  }

  async #idleEnd(): Promise<void> {
    if (this.#busy) return;
    await this.#send('421 Timeout.', {});
    this.#parts.socket.end();
  }

  #receive(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > longestLine) this.drop();
    this.#lines.push(...lines.map((line) => line.replace(/\r$/, '')));
    if (!this.#busy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    for (let line = this.#lines.shift(); line !== undefined; line = this.#lines.shift()) {
      if (this.#parts.socket.destroyed) break;
      try {
        await this.#carryOut(line);
      } catch (error) {
        await this.#send(`451 ${error instanceof Error ? error.message : 'Failed'}`, {});
      }
    }
    this.#busy = false;
  }

  async #carryOut(line: string): Promise<void> {
    const space = line.indexOf(' ');
    const verb = (space < 0 ? line : line.slice(0, space)).toUpperCase();
    const argument = space < 0 ? '' : line.slice(space + 1);
    const fault = this.#parts.observe({ verb, argument, session: this.#parts.number }) ?? {};
    if (fault.delay !== undefined) await sleep(fault.delay);
    if (fault.hangUp === 'before') {
      this.drop();
      return;
    }
    const reply = fault.instead ?? (await this.#perform(verb, argument, fault));
    if (fault.hangUp === 'after') {
      this.drop();
      return;
    }
    await this.#send(fault.answer ?? reply, fault);
    if (verb === 'QUIT' || reply.startsWith('421')) this.#parts.socket.end();
  }

  async #perform(verb: string, argument: string, fault: FtpFault): Promise<string> {
    const handler = this.#parts.handlers[verb];
    if (handler === undefined || (this.#parts.quirks.unknown ?? []).includes(verb)) {
      return '500 Unknown command.';
    }
    const free = ['USER', 'PASS', 'QUIT', 'FEAT', 'OPTS', 'NOOP', 'SYST'];
    if (!this.#shared.loggedIn && !free.includes(verb))
      return '530 Please login with USER and PASS.';
    const state: SessionState = Object.assign(this.#shared, {
      fault,
      preliminary: (text: string) => this.#send(text, fault),
    });
    // RNFR counts for the very next command only; EPSV and PASV may stand between REST and its transfer.
    if (verb !== 'RNTO') state.renameFrom = undefined;
    const reply = await handler(state, argument);
    if (verb === 'RNTO') state.renameFrom = undefined;
    if (!['EPSV', 'PASV', 'TYPE', 'REST'].includes(verb)) state.restart = 0;
    return reply;
  }

  async #send(text: string, fault: FtpFault): Promise<void> {
    const { socket } = this.#parts;
    const bytes = bytesOf(`${text}\r\n`, this.#parts.quirks);
    const size = fault.pieces ?? bytes.length;
    for (let at = 0; at < bytes.length; at += size) {
      if (at > 0) await sleep(10);
      if (!socket.writable) return;
      socket.write(bytes.subarray(at, at + size));
    }
  }
}
