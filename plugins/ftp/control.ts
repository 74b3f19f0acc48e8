/**
 * The control connection: basic-ftp's, with a reply reader that does not mind how replies are cut into segments. One
 * exchange at a time; everything that goes wrong below is a LostConnection. Knows no commands but what it is given.
 */
import { Client, FTPContext, FTPError, type ResponseHandler } from 'basic-ftp';
import type { Charset } from './charset.ts';
import { Finding, LostConnection } from './failures.ts';
import { isConnectionLimit, ReplyReader, type Reply } from './replies.ts';

/** basic-ftp's own reader loses a line that arrives in two segments: shown in the test with a scripted server. */
class LineContext extends FTPContext {
  #reader = new ReplyReader();
  #readsFrom: unknown;
  readonly #charset: Charset;
  /** What the server said although it was not asked: why it is about to hang up. */
  farewell: Reply | undefined;

  constructor(timeout: number, charset: Charset) {
    // One character a byte; which letters they are is the charset's to say.
    super(timeout, 'latin1');
    this.#charset = charset;
  }

  override send(command: string): void {
    super.send(this.#charset.toWire(command));
  }

  protected override _onControlSocketData(chunk: string): void {
    // After a switch to TLS nothing that was sent in the clear before it may count.
    if (this.#readsFrom !== this.socket) {
      this.#reader = new ReplyReader();
      this.#readsFrom = this.socket;
    }
    let replies: Reply[];
    try {
      replies = this.#reader.push(chunk);
    } catch (error) {
      this.closeWithError(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    for (const { code, text: bytes } of replies) {
      const text = this.#charset.fromWire(bytes);
      if (this._task === undefined) this.farewell = { code, text };
      const response = { code, message: text };
      this._passToHandler(code >= 400 ? new FTPError(response) : response);
    }
  }

  /** basic-ftp notes a call stack for each command. Nobody reads it here, and with source maps it took an eighth of all time. */
  override handle(command: string | undefined, handler: ResponseHandler): Promise<unknown> {
    const depth = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      return super.handle(command, handler);
    } finally {
      Error.stackTraceLimit = depth;
    }
  }

  get busy(): boolean {
    return this._task !== undefined;
  }
}

/** basic-ftp's client for connecting, TLS and login, on the context above. */
class LineClient extends Client {
  override readonly ftp: LineContext;

  constructor(timeout: number, charset: Charset) {
    super(timeout);
    this.ftp = new LineContext(timeout, charset);
  }
}

/** What a handler of replies is given: settle exactly once. */
interface Settle<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

export class Control {
  readonly client: LineClient;
  /** Commands sent since the connection was handed out; to tell "not done" from "unknown". */
  sent = 0;
  /** Replies received since then. */
  answered = 0;

  constructor(timeout: number, charset: Charset) {
    this.client = new LineClient(timeout, charset);
  }

  get closed(): boolean {
    return this.client.closed;
  }

  /** Cuts the connection at once; a running exchange is rejected. */
  destroy(reason: Error): void {
    this.client.ftp.closeWithError(reason);
  }

  /** Sends one command and gives its reply, refusals included. */
  async command(line: string): Promise<Reply> {
    const [reply] = await this.commands([line]);
    if (reply === undefined) throw new LostConnection('no reply');
    return reply;
  }

  /**
   * Sends commands in one write and gives their replies in order. Only between transfers. `replies` is filled as they
   * come, for whoever must know how far it went.
   */
  commands(lines: readonly string[], replies: Reply[] = []): Promise<Reply[]> {
    return this.#exchange<Reply[]>(lines, (reply, settle) => {
      if (reply.code < 200) return;
      replies.push(reply);
      if (replies.length === lines.length) settle.resolve(replies);
    });
  }

  /**
   * Sends a transfer command. `started` settles with its first reply (1xx: it runs), `ended` with the last one.
   * A transfer that is refused settles both with the refusal.
   */
  transfer(line: string): { readonly started: Promise<Reply>; readonly ended: Promise<Reply> } {
    let start: (reply: Reply) => void = () => undefined;
    let fail: (error: unknown) => void = () => undefined;
    const started = new Promise<Reply>((resolve, reject) => {
      start = resolve;
      fail = reject;
    });
    const ended = this.#exchange<Reply>([line], (reply, settle) => {
      start(reply);
      // The data connection watches over time from here on.
      if (reply.code < 200) this.client.ftp.socket.setTimeout(0);
      else settle.resolve(reply);
    });
    ended.catch(fail);
    started.catch(() => undefined);
    return { started, ended };
  }

  /** The transfer's bytes are through: its last reply is due within the usual time. */
  expectReply(): void {
    const { ftp } = this.client;
    if (ftp.busy) ftp.socket.setTimeout(ftp.timeout);
  }

  async #exchange<T>(
    lines: readonly string[],
    onReply: (reply: Reply, settle: Settle<T>) => void,
  ): Promise<T> {
    for (const line of lines) {
      if (/[\r\n\0]/.test(line)) throw new Finding('invalid-name', 'FTP cannot send a line break');
    }
    const { ftp } = this.client;
    if (ftp.busy) throw new Error('two exchanges at once on one control connection');
    this.#refuseFarewell();
    const result = ftp.handle(undefined, (response, task) => {
      if (response instanceof Error && !(response instanceof FTPError)) {
        task.reject(new LostConnection(response.message, { cause: response }));
        return;
      }
      const reply = { code: response.code, text: response.message };
      this.answered += 1;
      if (reply.code === 421 && isConnectionLimit(reply)) {
        // It hangs up instead of carrying the command out.
        const untouched = lines.length === 1 && this.answered <= 1;
        task.reject(new LostConnection(`421 ${reply.text}`, { untouched }));
        ftp.closeWithError(new Error(`421 ${reply.text}`));
        return;
      }
      onReply(reply, task);
    }) as Promise<T>;
    if (!ftp.closed) {
      ftp.socket.cork();
      for (const line of lines) ftp.send(line);
      ftp.socket.uncork();
      this.sent += lines.length;
    }
    return result;
  }

  /** A server that said good-bye carries nothing out any more. */
  #refuseFarewell(): void {
    const { farewell } = this.client.ftp;
    if (farewell === undefined) return;
    const message = `${String(farewell.code)} ${farewell.text}`;
    this.destroy(new Error(message));
    throw new LostConnection(message, { untouched: true });
  }
}
