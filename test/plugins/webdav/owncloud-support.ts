/** The webdav plugin on the scripted ownCloud, alone and under the real engine. Servers and stores end with the test. */
import { createHash } from 'node:crypto';
import { expect } from 'chai';
import webdav from '../../../plugins/webdav/index.ts';
import { openFolder } from '../../../src/core/engine/folder.ts';
import type { FolderSettings, SyncReport } from '../../../src/core/ports/folder.ts';
import { systemClock, systemCodec, systemRandom } from '../../../src/host/world.ts';
import type { Source, Transport } from '../../../src/plugin-api.ts';
import { createFakeDisk, type FakeDisk } from '../../../src/testkit/fake-disk.ts';
import { startOwncloudServer, type OwncloudServer } from '../../../src/testkit/index.ts';
import { createMemoryState } from '../../../src/testkit/memory-state.ts';
import type { OwncloudServerOptions } from '../../../src/testkit/owncloud-server/index.ts';

export { failure } from '../support.ts';

const day = 24 * 60 * 60 * 1000;
export const { signal } = new AbortController();

export class Bench {
  readonly server: OwncloudServer;
  readonly logged: string[] = [];
  readonly #open: Transport[] = [];

  private constructor(server: OwncloudServer) {
    this.server = server;
  }

  static async start(options: OwncloudServerOptions = {}): Promise<Bench> {
    return new Bench(await startOwncloudServer(options));
  }

  /** `partSize`: megabytes. */
  async open(options: { partSize?: number; url?: string } = {}): Promise<Transport> {
    const { url, user, password } = this.server;
    const parsed = webdav.options.parse({ url, user, password, ...options });
    const log = (line: string): number => this.logged.push(line);
    const transport = await webdav.open(parsed, { signal, baseDirectory: '/', log });
    this.#open.push(transport);
    return transport;
  }

  /** Of each method, what was asked since the last `forget`. */
  asked(method: string): string[] {
    return this.server.requests.filter((one) => one.method === method).map(({ path }) => path);
  }

  /** The versions and the trash-bin are the server's own: nobody may have asked for them. */
  async end(): Promise<void> {
    const touched = this.server.requests.filter(({ path }) => /\/dav\/(trash-bin|meta)/.test(path));
    for (const transport of this.#open) await transport.close();
    await this.server.stop();
    expect(touched).to.deep.equal([]);
  }
}

export interface Computer {
  readonly disk: FakeDisk;
  readonly user: FakeDisk['user'];
  sync(): Promise<SyncReport>;
}

/** Each sync is a run of the program of its own. */
export function computer(bench: Bench, name: string): Computer {
  const disk = createFakeDisk();
  const state = createMemoryState();
  const sync = async (): Promise<SyncReport> => {
    const transport = await bench.open();
    bench.server.forget();
    const parts = {
      settings: { ...settings, client: name, machine: `machine-${name}` },
      ...{ transport, state, local: disk.connect(() => undefined) },
      ...{ clock: systemClock, codec: systemCodec, random: systemRandom },
      ...{ log: () => undefined, onEvent: () => undefined },
    };
    // The scripted server lets racers in for some milliseconds only.
    const folder = openFolder(parts, { racers: 100 });
    return await folder.sync({ signal });
  };
  return { disk, user: disk.user, sync };
}

const settings: Omit<FolderSettings, 'client' | 'machine'> = {
  ...{ name: 'documents', ignored: () => () => false },
  ...{ settle: 0, retention: 30 * day, liveFor: day, strictWait: 0, webRoot: false },
  rounds: 'relaxed',
  deletedOnStore: 'follow',
};

/** `contents`: what each opening gives, the last one from then on. */
export function sourceOf(
  bytes: Uint8Array,
  more: { modified?: number; contents?: Uint8Array[] } = {},
): Source {
  const contents = [...(more.contents ?? [])];
  return {
    size: bytes.length,
    ...(more.modified === undefined ? {} : { modified: more.modified }),
    async *open(from) {
      await Promise.resolve();
      const now = contents.shift() ?? bytes;
      for (let at = from; at < now.length; at += 65_536) yield now.subarray(at, at + 65_536);
    },
  };
}

export function textSource(text: string, modified?: number): Source {
  return sourceOf(Buffer.from(text), modified === undefined ? {} : { modified });
}

/** Differs everywhere. */
export function bytesOf(size: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0, state = seed; at < size; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

export const sha1 = (bytes: Uint8Array | string): string =>
  createHash('sha1').update(bytes).digest('hex');
