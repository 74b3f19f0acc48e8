/**
 * The core and the testkit as plain JavaScript in a directory of their own: long simulations run faster on it than through a
 * loader, and a mutation touches only such a copy. It never writes into the checkout.
 */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folders = ['src/core', 'src/host', 'src/testkit', 'scripts'];

/** A directory with everything in it; whoever asked removes it. */
export function compileAll(): string {
  const target = mkdtempSync(join(tmpdir(), 'ownsync-compiled-'));
  symlinkSync(join(root, 'node_modules'), join(target, 'node_modules'));
  writeFileSync(join(target, 'package.json'), '{"type":"module"}\n');
  for (const file of sources()) compileInto(target, file, readFileSync(join(root, file), 'utf8'));
  return target;
}

/** One file, as it would be with this text. */
export function compileInto(target: string, file: string, text: string): void {
  const output = join(target, file.replace(/\.ts$/, '.js'));
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, compiled(text));
}

function sources(): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
      .map((name) => `${folder}/${name}`),
  );
}

function compiled(text: string): string {
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  });
  return outputText;
}
