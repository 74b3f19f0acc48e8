/** Every operation of a transport by its name, as the fuzzers of stores call them. */
import type { Source, Transport } from '../../src/core/ports/transport.ts';
import { must } from './target.ts';

export const STORE_ACTS = [
  ...(['list', 'look', 'read', 'write', 'resume', 'rename', 'remove', 'removeDirectory'] as const),
  ...(['makeDirectory', 'setModified', 'copy', 'batch', 'space', 'about'] as const),
];

export interface StoreAct {
  readonly what: (typeof STORE_ACTS)[number];
  readonly at: string;
  readonly to: string;
}

export async function* bytes(text = 'new content'): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield new TextEncoder().encode(text);
}

export async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  return Buffer.concat(parts).toString();
}

const source: Source = { size: 11, open: () => bytes() };
const TIME = 1_700_000_000_000;

/** What was read, if anything was. Names that lead elsewhere are in no listing. */
export async function actOnStore(
  store: Transport,
  { what, at, to }: StoreAct,
  signal: AbortSignal,
): Promise<string | undefined> {
  const acts: Record<StoreAct['what'], () => Promise<unknown>> = {
    list: async () => {
      for (const { name } of (await store.list(at, signal)).entries) mustBeName(name);
    },
    look: () => store.look(at, signal),
    read: async () => await textOf((await store.read(at, 0, signal)).stream),
    write: () => store.write(at, source, signal),
    resume: async () => await store.resume?.(at, source, 5, signal),
    rename: () => store.rename(at, to, signal),
    remove: () => store.remove(at, signal),
    removeDirectory: () => store.removeDirectory(at, signal),
    makeDirectory: () => store.makeDirectory(at, signal),
    setModified: async () => await store.setModified?.(at, TIME, signal),
    copy: async () => await store.copy?.(at, to, signal),
    batch: async () => {
      const rename = { operation: 'rename', from: at, to } as const;
      await store.batch?.([{ operation: 'look', path: at }, rename], signal);
    },
    space: async () => await store.space?.(signal),
    about: async () => {
      await store.about?.(signal);
    },
  };
  const found = await acts[what]();
  return typeof found === 'string' && what === 'read' ? found : undefined;
}

export function mustBeName(name: string): void {
  const isName = !['', '.', '..'].includes(name) && !/[/\0]/.test(name);
  must(isName, () => `a name ${JSON.stringify(name)}`);
}
