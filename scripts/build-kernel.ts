/**
 * `npm run kernel`: compiles kernel/kernel.ts to WebAssembly and writes it, as base64, into the source file that is
 * committed, so that nothing but this script and its test needs the compiler.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { main as compile } from 'assemblyscript/asc';
import { KERNEL_PAGES } from '../src/core/fec/limits.ts';

const root = resolve(import.meta.dirname, '..');
const SOURCE = join(root, 'kernel/kernel.ts');
const TARGET = join(root, 'src/core/fec/kernel-code.ts');

/** The text of kernel-code.ts that belongs to the kernel's source as it is now. */
export async function kernelCodeModule(): Promise<string> {
  const source = await readFile(SOURCE, 'utf8');
  const files = new Map<string, Uint8Array | string>();
  const messages: string[] = [];
  const { error } = await compile(
    [
      'kernel.ts',
      '--outFile=kernel.wasm',
      '--runtime=stub',
      '--noAssert',
      '--optimizeLevel=3',
      '--enable=simd',
      '--enable=relaxed-simd',
      `--initialMemory=${KERNEL_PAGES}`,
      `--maximumMemory=${KERNEL_PAGES}`,
    ],
    {
      readFile: (name) => (name === 'kernel.ts' ? source : null),
      writeFile: (name, contents) => void files.set(name, contents),
      listFiles: () => [],
      stderr: { write: (text) => void messages.push(String(text)) },
    },
  );
  if (error !== null) throw new Error(`kernel/kernel.ts does not compile:\n${messages.join('')}`);
  const code = files.get('kernel.wasm');
  if (!(code instanceof Uint8Array)) throw new Error('the compiler of kernel/kernel.ts wrote no code');
  return [
    '/** Built from kernel/kernel.ts by `npm run kernel`; kernel/kernel.test.ts compares. Not to be edited. */',
    'export const KERNEL_CODE =',
    `  '${Buffer.from(code).toString('base64')}';`,
    '',
  ].join('\n');
}

if (import.meta.main) await writeFile(TARGET, await kernelCodeModule());
