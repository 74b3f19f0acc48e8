/**
 * What all layers share: wrapping every operation of a transport at one place. An optional operation stays absent when
 * the inner transport lacks it. Holds no policy of its own.
 */
import type { BatchResult, Content, Source, Transport } from '../../core/ports/transport.ts';

export type OperationName =
  | 'list'
  | 'look'
  | 'read'
  | 'write'
  | 'resume'
  | 'rename'
  | 'remove'
  | 'removeDirectory'
  | 'removeTree'
  | 'makeDirectory'
  | 'setModified'
  | 'copy'
  | 'batch'
  | 'space'
  | 'about';

/** One call as a layer sees it. */
export interface Operation {
  readonly name: OperationName;
  /** The first path it concerns; undefined for `batch`, `space` and `about`. */
  readonly path: string | undefined;
  /** Operations in a `batch`, else 1. */
  readonly count: number;
}

export type Run<T> = (signal: AbortSignal) => Promise<T>;

/** What a layer does around the operations; `read`, `send` and `batch` only where it treats them apart. */
export interface Layer {
  call<T>(operation: Operation, signal: AbortSignal, run: Run<T>): Promise<T>;
  read?(call: ReadCall): Promise<Content>;
  /** For `write` and `resume`: the source on its way to the store. */
  send?<T>(operation: Operation, signal: AbortSignal, transfer: Transfer<T>): Promise<T>;
  batch?(call: BatchCall): Promise<readonly BatchResult[]>;
}

export interface ReadCall {
  readonly operation: Operation;
  readonly from: number;
  readonly signal: AbortSignal;
  readonly run: (from: number, signal: AbortSignal) => Promise<Content>;
}

export interface Transfer<T> {
  readonly source: Source;
  readonly run: (source: Source, signal: AbortSignal) => Promise<T>;
}

type Batch = NonNullable<Transport['batch']>;

export interface BatchCall {
  readonly operation: Operation;
  readonly operations: Parameters<Batch>[0];
  readonly signal: AbortSignal;
  readonly run: Batch;
}

export function around(inner: Transport, layer: Layer): Transport {
  const one = (name: OperationName, path?: string): Operation => ({ name, path, count: 1 });
  const send = <T>(operation: Operation, signal: AbortSignal, transfer: Transfer<T>) =>
    layer.send === undefined
      ? layer.call(operation, signal, (inside) => transfer.run(transfer.source, inside))
      : layer.send(operation, signal, transfer);

  return {
    capabilities: inner.capabilities,
    list: (path, signal) =>
      layer.call(one('list', path), signal, (inside) => inner.list(path, inside)),
    look: (path, signal) =>
      layer.call(one('look', path), signal, (inside) => inner.look(path, inside)),
    read: (path, from, signal) => {
      const operation = one('read', path);
      const run = (start: number, inside: AbortSignal) => inner.read(path, start, inside);
      return layer.read === undefined
        ? layer.call(operation, signal, (inside) => run(from, inside))
        : layer.read({ operation, from, signal, run });
    },
    write: (path, source, signal) =>
      send(one('write', path), signal, {
        source,
        run: (content, inside) => inner.write(path, content, inside),
      }),
    rename: (from, to, signal) =>
      layer.call(one('rename', from), signal, (inside) => inner.rename(from, to, inside)),
    remove: (path, signal) =>
      layer.call(one('remove', path), signal, (inside) => inner.remove(path, inside)),
    removeDirectory: (path, signal) =>
      layer.call(one('removeDirectory', path), signal, (inside) =>
        inner.removeDirectory(path, inside),
      ),
    makeDirectory: (path, signal) =>
      layer.call(one('makeDirectory', path), signal, (inside) => inner.makeDirectory(path, inside)),
    close: () => inner.close(),
    ...optional(inner, layer, send),
  };
}

type Send = <T>(operation: Operation, signal: AbortSignal, transfer: Transfer<T>) => Promise<T>;

type Optional =
  'resume' | 'setModified' | 'refuses' | 'removeTree' | 'copy' | 'batch' | 'space' | 'about';

function optional(inner: Transport, layer: Layer, send: Send): Pick<Transport, Optional> {
  const { resume, setModified, refuses, removeTree, copy, batch, space, about } = optionalOf(inner);
  const one = (name: OperationName, path?: string): Operation => ({ name, path, count: 1 });
  return {
    ...(resume && {
      resume: (path, source, from, signal) =>
        send(one('resume', path), signal, {
          source,
          run: (content, inside) => resume(path, content, from, inside),
        }),
    }),
    ...(setModified && {
      setModified: (path, modified, signal) =>
        layer.call(one('setModified', path), signal, (inside) =>
          setModified(path, modified, inside),
        ),
    }),
    ...(refuses && { refuses: (path) => refuses(path) }),
    ...(removeTree && {
      removeTree: (path, signal) =>
        layer.call(one('removeTree', path), signal, (inside) => removeTree(path, inside)),
    }),
    ...(copy && {
      copy: (from, to, signal) =>
        layer.call(one('copy', from), signal, (inside) => copy(from, to, inside)),
    }),
    ...(batch && {
      batch: (operations, signal) => {
        const operation: Operation = { name: 'batch', path: undefined, count: operations.length };
        const run: Batch = (some, inside) => batch(some, inside);
        return layer.batch === undefined
          ? layer.call(operation, signal, (inside) => run(operations, inside))
          : layer.batch({ operation, operations, signal, run });
      },
    }),
    ...(space && {
      space: (signal) => layer.call(one('space'), signal, (inside) => space(inside)),
    }),
    ...(about && {
      about: (signal, scratch) =>
        layer.call(one('about'), signal, (inside) => about(inside, scratch)),
    }),
  };
}

/** The optional operations that an inner transport has, fit to be called alone. */
export function optionalOf(inner: Transport) {
  return {
    resume: inner.resume?.bind(inner),
    setModified: inner.setModified?.bind(inner),
    refuses: inner.refuses?.bind(inner),
    removeTree: inner.removeTree?.bind(inner),
    copy: inner.copy?.bind(inner),
    batch: inner.batch?.bind(inner),
    space: inner.space?.bind(inner),
    about: inner.about?.bind(inner),
  };
}

/** Whether an operation leaves the store as it was, so that it may always be repeated. */
export function onlyReads({ name }: Operation): boolean {
  return ['list', 'look', 'read', 'space', 'about'].includes(name);
}
