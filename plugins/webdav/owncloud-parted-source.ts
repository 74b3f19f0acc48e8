/** A source cut into parts, read once from the first byte that is wanted to the last, whatever the pieces it comes in. */
import type { Source } from '../../src/plugin-api.ts';
import { Finding } from './failures.ts';

export class PartedSource {
  readonly #source: Source;
  #chunks: AsyncIterator<Uint8Array> | undefined;
  /** Read and not yet handed over. */
  #rest: Uint8Array = new Uint8Array(0);
  /** Where the next byte handed over would come from. */
  #at = -1;

  constructor(source: Source) {
    this.#source = source;
  }

  /** At most `size` bytes from `offset` on. Parts are read one after another, never two at once. */
  part(offset: number, size: number): Source {
    const end = Math.min(offset + size, this.#source.size);
    return { size: end - offset, open: (from) => this.#read(offset + from, end) };
  }

  /** Not awaited: a source that hangs would hang here too. */
  close(): void {
    void Promise.resolve(this.#chunks?.return?.()).catch(() => undefined);
    this.#chunks = undefined;
  }

  async *#read(from: number, end: number): AsyncGenerator<Uint8Array> {
    if (this.#at !== from || this.#chunks === undefined) this.#open(from);
    while (this.#at < end) {
      if (this.#rest.length === 0 && !(await this.#fill())) return;
      const piece = this.#rest.subarray(0, end - this.#at);
      this.#rest = this.#rest.subarray(piece.length);
      this.#at += piece.length;
      yield piece;
    }
    if (end === this.#source.size && (this.#rest.length > 0 || (await this.#fill()))) {
      throw new Finding('corrupt', `the source gives more than its ${String(end)} bytes`);
    }
  }

  #open(from: number): void {
    this.close();
    this.#chunks = this.#source.open(from)[Symbol.asyncIterator]();
    this.#rest = new Uint8Array(0);
    this.#at = from;
  }

  /** False: the source has ended. */
  async #fill(): Promise<boolean> {
    for (;;) {
      const next = await this.#chunks?.next();
      if (next === undefined || next.done === true) return false;
      if (next.value.length > 0) {
        this.#rest = next.value;
        return true;
      }
    }
  }
}
