import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { kernelCodeModule } from '../scripts/build-kernel.ts';

it('the committed code is what the source compiles to', async () => {
  const committed = await readFile(resolve(import.meta.dirname, '../src/core/fec/kernel-code.ts'), 'utf8');
  expect(committed, 'run `npm run kernel`').toBe(await kernelCodeModule());
});
