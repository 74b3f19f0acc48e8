/**
 * One logged-in connection: commands whose refusals are errors, and transfers that leave it usable or closed, never in
 * between. Knows absolute server paths only.
 */
import { orAborted } from '../../src/plugin-api.ts';
import type { Control } from './control.ts';
import { DataConnection, type PassiveMode } from './data.ts';
import { Finding, LostConnection, Refusal } from './failures.ts';
import { isUnsupported, type Reply } from './replies.ts';

/** Largest listing that is taken, in bytes. */
const longestListing = 256 * 1024 * 1024;
/** Milliseconds to wait for what the server says about a data connection that failed. */
const patience = 3000;

export class Connection {
  readonly control: Control;
  readonly #mode: PassiveMode;
  readonly #timeout: number;
  /** When it was last given back, by `performance.now()`. */
  idleSince = performance.now();

  constructor(control: Control, mode: PassiveMode, timeout: number) {
    this.control = control;
    this.#mode = mode;
    this.#timeout = timeout;
  }

  get closed(): boolean {
    return this.control.closed;
  }

  /** The reply to a command, refusals included. */
  ask(line: string): Promise<Reply> {
    return this.control.command(line);
  }

  /** The replies to commands that are sent in one write, in order. */
  askAll(lines: readonly string[], replies?: Reply[]): Promise<Reply[]> {
    return this.control.commands(lines, replies);
  }

  /** Carries a command out; a refusal is an error. */
  async order(line: string): Promise<Reply> {
    return accepted(await this.control.command(line));
  }

  /** All that a listing command sends, and its last reply. */
  async listing(line: string): Promise<{ readonly bytes: Uint8Array; readonly end: Reply }> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const transfer = await this.#start(line);
    for await (const chunk of transfer.receive()) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > longestListing) throw new Finding('unsupported', 'the listing is endless');
    }
    return { bytes: Buffer.concat(chunks), end: await transfer.end() };
  }

  /** The content of a file from an offset on. Ends only after the server has said that it sent everything. */
  async *download(path: string, from: number): AsyncGenerator<Uint8Array, void, undefined> {
    const transfer = await this.#start(`RETR ${path}`, from);
    yield* transfer.receive();
    await transfer.end();
  }

  /** Stores what `content` yields, from an offset on. Returns how many bytes it had. */
  async upload(
    line: string,
    content: AsyncIterator<Uint8Array>,
    options: { readonly from: number; readonly signal: AbortSignal; readonly limit: number },
  ): Promise<number> {
    const transfer = await this.#start(line, options.from);
    return transfer.send(content, options);
  }

  async #start(line: string, from = 0): Promise<Transfer> {
    const data = await DataConnection.open(this.control, this.#mode, this.#timeout);
    try {
      if (from > 0) await this.#restart(from);
      const { started, ended } = this.control.transfer(line);
      ended.catch(() => undefined);
      const first = await started;
      if (first.code >= 200) throw new Refusal(first);
      return new Transfer(this.control, data, ended);
    } catch (error) {
      data.destroy();
      throw error;
    }
  }

  async #restart(from: number): Promise<void> {
    const reply = await this.ask(`REST ${String(from)}`);
    if (reply.code === 350) return;
    throw isUnsupported(reply)
      ? new Finding('unsupported', 'the server cannot go on in a file', { reply })
      : new Refusal(reply);
  }
}

/**
 * A transfer that has begun. It ends with the server's last word about it, or with the connection closed: servers answer
 * a transfer that was broken off with one reply or with two, and a stray one would be taken for the next command's.
 */
class Transfer {
  readonly #control: Control;
  readonly #data: DataConnection;
  readonly #ended: Promise<Reply>;

  constructor(control: Control, data: DataConnection, ended: Promise<Reply>) {
    this.#control = control;
    this.#data = data;
    this.#ended = ended;
    ended.catch(() => {
      data.destroy();
    });
  }

  async *receive(): AsyncGenerator<Uint8Array, void, undefined> {
    let whole = false;
    try {
      yield* this.#data.receive();
      whole = true;
    } catch (error) {
      throw await this.#reason(error);
    } finally {
      // SERVER: ProFTPD sends its 226 only after this side has closed, too.
      this.#data.destroy();
      if (!whole) this.#breakOff();
    }
  }

  /** Waits for the last reply; a refusal is an error. */
  async end(): Promise<Reply> {
    this.#control.expectReply();
    return accepted(await this.#ended);
  }

  /** Sends what the source gives; what it gives beyond `limit` is not sent. Returns how many bytes it had. */
  async send(
    content: AsyncIterator<Uint8Array>,
    { signal, limit }: { readonly signal: AbortSignal; readonly limit: number },
  ): Promise<number> {
    let [size, whole] = [0, false];
    try {
      await this.#data.ready;
      for (;;) {
        const next = await nextOf(content, signal);
        if (next.done === true) break;
        size += next.value.length;
        if (size > limit) return size;
        await this.#data.send(next.value);
      }
      await this.#data.finish();
      await this.#endOf(size);
      whole = true;
      return size;
    } catch (error) {
      throw await this.#reason(error);
    } finally {
      this.#data.destroy();
      if (!whole) this.#breakOff();
    }
  }

  /**
   * SERVER: vsftpd over TLS may say "426 Failure reading network stream." to a connection that ends without a byte. All of
   * nothing is there then; whoever sent it looks.
   */
  async #endOf(size: number): Promise<void> {
    try {
      await this.end();
    } catch (error) {
      if (!(size === 0 && error instanceof Refusal && error.reply.code === 426)) throw error;
    }
  }

  /** What the server says about a transfer that it broke off explains more than the socket's error. */
  async #reason(error: unknown): Promise<unknown> {
    if (error instanceof Refusal || error instanceof LostConnection || error instanceof Finding)
      return error;
    const reply = await this.#lastReply();
    return reply !== undefined && reply.code >= 400 ? new Refusal(reply) : error;
  }

  #breakOff(): void {
    this.#control.destroy(new Error('a transfer was broken off'));
  }

  /** The last reply, if it comes soon. */
  async #lastReply(): Promise<Reply | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, patience, undefined);
    });
    try {
      return await Promise.race([this.#ended.catch(() => undefined), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The source's next bytes. Its failure says nothing about the store. */
async function nextOf(
  content: AsyncIterator<Uint8Array>,
  signal: AbortSignal,
): Promise<IteratorResult<Uint8Array>> {
  try {
    return await orAborted(content.next(), signal);
  } catch (cause) {
    throw new Finding('corrupt', 'the source failed', { cause, outcome: 'unknown' });
  }
}

/** A reply that is no refusal. */
function accepted(reply: Reply): Reply {
  if (reply.code >= 400) throw new Refusal(reply);
  return reply;
}
