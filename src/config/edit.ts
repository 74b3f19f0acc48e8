/**
 * Adds a store and a folder to the text of a configuration, or begins a new one. Pure text to text: what was there stays, with
 * its comments; nothing is ever taken out or replaced. Never resolves a secret.
 */
import { isDeepStrictEqual } from 'node:util';
import { Document, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { YAMLMap, YAMLSeq } from 'yaml';

export interface Addition {
  /** Only for a file that names none. */
  readonly client?: string | undefined;
  readonly store?:
    | {
        readonly name: string;
        readonly plugin: string;
        readonly options: Readonly<Record<string, unknown>>;
      }
    | undefined;
  readonly folder?:
    | {
        readonly name: string;
        readonly local: string;
        readonly store: string;
        readonly path: string;
      }
    | undefined;
}

/** The file is written in a way that nothing can be added to safely. The message says why. */
export class EditError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EditError';
  }
}

/** `text`: undefined begins a new file. `schema`: where an editor finds the schema; only a new file names it. */
export function addToConfig(
  text: string | undefined,
  addition: Addition,
  { schema }: { readonly schema: string },
): string {
  return text === undefined || text.trim() === ''
    ? beginFile(addition, schema)
    : addToText(text, addition);
}

function beginFile(addition: Addition, schema: string): string {
  const document = new Document({
    ...(addition.client === undefined ? {} : { client: addition.client }),
    stores: {},
    folders: [],
  });
  insert(document, addition);
  const about =
    '# docs/configuration.md explains each setting; `ownsync init` adds further stores and folders.';
  return `# yaml-language-server: $schema=${schema}\n#\n${about}\n\n${print(document, true)}`;
}

function addToText(text: string, addition: Addition): string {
  const document = parseDocument(text, { merge: true, logLevel: 'silent' });
  const before: unknown = document.toJS();
  if (addition.client !== undefined && !document.has('client'))
    document.set('client', addition.client);
  insert(document, addition);
  // A list as it stood: with its dashes below the key, or further in.
  const isIndented = !/^folders:[^\n]*\n(?:[ \t]*(?:#[^\n]*)?\n)*-/m.test(text);
  const after = print(document, isIndented);
  checkOnlyMore(before, parseDocument(after, { merge: true, logLevel: 'silent' }).toJS());
  return text.includes('\r\n') ? after.replaceAll('\n', '\r\n') : after;
}

function insert(document: Document, { store, folder }: Addition): void {
  if (store !== undefined) {
    const stores = mapAt(document, 'stores');
    if (stores.has(store.name)) throw new EditError(`there is a store "${store.name}" already`);
    stores.add(document.createPair(store.name, storeNode(document, store)));
  }
  if (folder !== undefined) {
    const { name, local, store: on, path } = folder;
    seqAt(document, 'folders').add(document.createNode({ name, local, store: on, path }));
  }
}

/** `{ env: NAME }` and the like on one line, as people write them. */
function storeNode(
  document: Document,
  { plugin, options }: NonNullable<Addition['store']>,
): YAMLMap {
  const node = document.createNode({ plugin });
  for (const [key, value] of Object.entries(options)) {
    node.add(document.createPair(key, document.createNode(value, { flow: true })));
  }
  return node;
}

function mapAt(document: Document, key: string): YAMLMap {
  const found: unknown = document.get(key, true);
  if (isMap(found)) return opened(found);
  if (!isNothing(found)) throw new EditError(`"${key}" is no plain map`);
  const made = document.createNode({});
  document.set(key, made);
  return made;
}

function seqAt(document: Document, key: string): YAMLSeq {
  const found: unknown = document.get(key, true);
  if (isSeq(found)) return opened(found);
  if (!isNothing(found)) throw new EditError(`"${key}" is no plain list`);
  const made = document.createNode([]);
  document.set(key, made);
  return made;
}

/** An empty `{}` or `[]` would take what is added on one line. */
function opened<T extends YAMLMap | YAMLSeq>(collection: T): T {
  if (collection.items.length === 0) collection.flow = false;
  return collection;
}

function isNothing(node: unknown): boolean {
  return node === undefined || node === null || (isScalar(node) && node.value === null);
}

function print(document: Document, indentSeq: boolean): string {
  return document.toString({ lineWidth: 0, indentSeq });
}

/** Whatever the library made of an unusual file: all that was said before is still said. */
function checkOnlyMore(before: unknown, after: unknown): void {
  const [was, is] = [asRecord(before), asRecord(after)];
  const kept = Object.entries(was).every(([key, value]) => {
    if (key === 'stores') {
      const now = asRecord(is[key]);
      return Object.entries(asRecord(value)).every(([name, store]) =>
        isDeepStrictEqual(now[name], store),
      );
    }
    if (key === 'folders' && Array.isArray(value)) {
      return isDeepStrictEqual(asList(is[key]).slice(0, value.length), value);
    }
    return value === null || isDeepStrictEqual(is[key], value);
  });
  if (!kept) throw new EditError('its YAML is written in a way that cannot be added to safely');
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
