/** A source whose content is hashed on its way, so that what is recorded is what was sent, wherever the sending began. */
import type { Source } from '../ports/transport.ts';
import type { Codec, Hasher } from '../ports/world.ts';

export class HashedSource implements Source {
  readonly size: number;
  readonly modified?: number;
  /** What the source itself failed with. */
  failure: unknown;
  readonly #inner: Source;
  readonly #codec: Codec;
  #hasher: Hasher;
  /** So many bytes of the content are hashed. */
  #at = 0;

  constructor(inner: Source, codec: Codec) {
    this.size = inner.size;
    if (inner.modified !== undefined) {
      this.modified = inner.modified;
    }
    this.#inner = inner;
    this.#codec = codec;
    this.#hasher = codec.hasher();
  }

  /** Hashes what comes before `to` without giving it: reading a long beginning holds no connection then. */
  async skipTo(to: number): Promise<void> {
    if (this.#at > to) {
      this.#hasher = this.#codec.hasher();
      this.#at = 0;
    }
    if (this.#at < to) {
      for await (const chunk of this.#read(this.#at)) {
        const wanted = chunk.subarray(0, to - this.#at);
        this.#hash(wanted);
        if (this.#at === to) {
          return;
        }
      }
    }
  }

  async *open(from: number): AsyncGenerator<Uint8Array> {
    await this.skipTo(from);
    for await (const chunk of this.#read(from)) {
      this.#hash(chunk);
      yield chunk;
    }
  }

  /** Of the whole content, once all of it has been given. Asked once. */
  digest(): string | undefined {
    return this.#at === this.size ? this.#hasher.digest() : undefined;
  }

  #hash(chunk: Uint8Array): void {
    this.#hasher.update(chunk);
    this.#at += chunk.length;
  }

  async *#read(from: number): AsyncGenerator<Uint8Array> {
    try {
      yield* this.#inner.open(from);
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}
