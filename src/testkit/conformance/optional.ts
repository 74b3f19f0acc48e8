/**
 * Cases about optional operations: what is claimed works, and what is not claimed is not there.
 */
import { expect } from 'chai';
import type { BatchOperation, BatchResult, Transport } from '../../core/ports/transport.ts';
import { oneByOne } from '../one-by-one.ts';
import {
  bytesAt,
  entryAt,
  expectBytes,
  inside,
  makeDirectory,
  namesAt,
  occupied,
  patterned,
  put,
  refused,
  sourceOf,
  textAt,
  type CaseContext,
  type ConformanceGroup,
} from './case.ts';
import { near } from './stamps.ts';

export const optionalCases: ConformanceGroup = {
  name: 'optional operations',
  cases: [
    {
      name: 'are there exactly when they are claimed',
      run: async ({ transport }) => {
        const { resume, copy, modified } = transport.capabilities;
        expect(transport.resume !== undefined, 'resume').to.equal(resume);
        expect(transport.copy !== undefined, 'copy').to.equal(copy);
        expect(transport.setModified !== undefined, 'setModified').to.equal(modified === 'set');
      },
    },
    {
      name: 'claim: resume goes on with a torn file',
      unclaimed: ({ transport }) => (transport.capabilities.resume ? undefined : 'resume is false'),
      run: async (context) => {
        const { transport, signal } = context;
        const bytes = patterned(200_000, 11);
        for (const from of [0, 1, 65_536, 123_456, 200_000]) {
          await put(context, 'torn', bytes.slice(0, from));
          const modified = Date.parse('2024-05-06T07:08:09Z');
          const source = sourceOf(bytes, { modified });
          await transport.resume?.(inside(context, 'torn'), source, from, signal);
          expectBytes(await bytesAt(context, 'torn'), bytes, `the file resumed at ${from}`);
          const { stamp } = await entryAt(context, 'torn');
          if (transport.capabilities.modified === 'set') near(context, stamp.modified, modified);
        }
        const short = sourceOf(bytes, { size: bytes.length + 1 });
        await put(context, 'torn', bytes.slice(0, 1000));
        const attempt = transport.resume?.(inside(context, 'torn'), short, 1000, signal);
        const refusal = { operation: 'resume', kinds: ['corrupt'] } as const;
        await refused(context, Promise.resolve(attempt), refusal);
      },
    },
    {
      name: 'claim: copy makes a second file and never replaces',
      unclaimed: ({ transport }) => (transport.capabilities.copy ? undefined : 'copy is false'),
      run: async (context) => {
        await put(context, 'file', 'content');
        await put(context, 'taken', 'kept');
        await copy(context, 'file', 'copied');
        expect(await textAt(context, 'copied')).to.equal('content');
        expect(await textAt(context, 'file')).to.equal('content');
        const onto = copy(context, 'file', 'taken');
        await refused(context, onto, { operation: 'copy', kinds: occupied });
        expect(await textAt(context, 'taken')).to.equal('kept');
        const missing = copy(context, 'missing', 'new');
        await refused(context, missing, { operation: 'copy', kinds: ['not-found'] });
        expect(await namesAt(context)).to.deep.equal(['copied', 'file', 'taken']);
      },
    },
    {
      name: 'claim: a batch does what its operations do one by one, one result each, in order',
      unclaimed: ({ transport }) =>
        transport.batch === undefined ? 'there is no batch' : undefined,
      run: async (context) => {
        const { transport } = context;
        const single = await runBatch(context, 'single', (list, signal) =>
          oneByOne(transport, list, signal),
        );
        const batch = await runBatch(context, 'batch', async (list, signal) => [
          ...((await transport.batch?.(list, signal)) ?? []),
        ]);
        expect(batch).to.deep.equal(single);
        expect(await namesAt(context, 'batch')).to.deep.equal(await namesAt(context, 'single'));
      },
    },
    {
      name: 'claim: a batch of many',
      unclaimed: ({ transport }) =>
        transport.batch === undefined ? 'there is no batch' : undefined,
      run: async (context) => {
        const { transport, signal } = context;
        const paths = Array.from({ length: 200 }, (_, at) => inside(context, `made ${1000 + at}`));
        const made = await transport.batch?.(
          paths.map((path) => ({ operation: 'makeDirectory', path })),
          signal,
        );
        expect(made?.map((result) => result.ok)).to.deep.equal(paths.map(() => true));
        expect((await namesAt(context)).length).to.equal(200);
        const removed = await transport.batch?.(
          paths.map((path) => ({ operation: 'removeDirectory', path })),
          signal,
        );
        expect(removed?.map((result) => result.ok)).to.deep.equal(paths.map(() => true));
        expect(await namesAt(context)).to.deep.equal([]);
      },
    },
    {
      name: 'claim: space is a number of bytes, or unknown',
      unclaimed: ({ transport }) =>
        transport.space === undefined ? 'there is no space' : undefined,
      run: async (context) => {
        const free = (await context.transport.space?.(context.signal)) ?? 0;
        expect(free).to.be.at.least(0);
        expect(Number.isSafeInteger(free), 'a whole number').to.equal(true);
      },
    },
  ],
};

type Run = (
  operations: readonly BatchOperation[],
  signal: AbortSignal,
) => Promise<readonly BatchResult[]>;

/** The same operations in a directory of its own; what came of each, as far as it must be alike. */
async function runBatch(context: CaseContext, directory: string, run: Run): Promise<string[]> {
  await makeDirectory(context, directory);
  await put(context, `${directory}/file`, 'content');
  await put(context, `${directory}/gone`, 'x');
  await makeDirectory(context, `${directory}/full`);
  await put(context, `${directory}/full/file`, 'x');
  const at = (name: string): string => inside(context, directory, name);
  const operations: BatchOperation[] = [
    { operation: 'makeDirectory', path: at('made') },
    { operation: 'makeDirectory', path: at('missing/below') },
    { operation: 'rename', from: at('file'), to: at('made/renamed') },
    { operation: 'rename', from: at('missing'), to: at('made/other') },
    { operation: 'rename', from: at('made/renamed'), to: at('missing/renamed') },
    { operation: 'look', path: at('made/renamed') },
    { operation: 'look', path: at('file') },
    { operation: 'remove', path: at('gone') },
    { operation: 'remove', path: at('gone') },
    { operation: 'removeDirectory', path: at('full') },
    { operation: 'removeDirectory', path: at('missing') },
    ...timeOperations(context.transport, at),
    { operation: 'look', path: at('full') },
  ];
  const results = await run(operations, context.signal);
  expect(results, 'one result each').to.have.length(operations.length);
  return results.map((result, index) => `${operations[index]?.operation ?? ''}: ${told(result)}`);
}

function timeOperations(transport: Transport, at: (name: string) => string): BatchOperation[] {
  if (transport.capabilities.modified !== 'set') return [];
  const modified = Date.parse('2023-04-05T06:07:08Z');
  return [
    { operation: 'setModified', path: at('made/renamed'), modified },
    { operation: 'setModified', path: at('missing'), modified },
    { operation: 'look', path: at('made/renamed') },
  ];
}

function told(result: BatchResult): string {
  if (!result.ok) return `${result.error.operation} ${result.error.kind}`;
  if (result.value === undefined || result.value === 'absent') return String(result.value);
  const { kind, stamp } = result.value;
  return kind === 'file' ? `file of ${stamp.size ?? '?'} bytes` : kind;
}

async function copy(context: CaseContext, from: string, to: string): Promise<void> {
  await context.transport.copy?.(inside(context, from), inside(context, to), context.signal);
}
