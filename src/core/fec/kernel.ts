/** The kernel's WebAssembly behind its port. Made synchronously: 2 kB of code compile in well under a millisecond. */
import { assert } from '../../base/assert.ts';
import {
  KERNEL_PAGES,
  PASS_COEFFICIENTS_MAX,
  PASS_DESTINATION_BYTES,
  PASS_SOURCE_BYTES,
  ROW_ALIGNMENT,
} from './limits.ts';
import { KERNEL_CODE } from './kernel-code.ts';
import { COEFFICIENTS_AT, DESTINATIONS_AT, SOURCES_AT } from './port.ts';
import type { FecKernel } from './port.ts';

interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  prepare(): void;
  multiplyAdd(
    destination: number,
    destinationCount: number,
    source: number,
    sourceCount: number,
    coefficients: number,
    stride: number,
  ): void;
}

/** A kernel with a memory of its own. One is enough for everything that runs on a thread. */
export function createKernel(): FecKernel {
  const code = Uint8Array.from(atob(KERNEL_CODE), (character) => character.charCodeAt(0));
  const instance = new WebAssembly.Instance(new WebAssembly.Module(code));
  const kernel = instance.exports as unknown as KernelExports;
  const memory = new Uint8Array(kernel.memory.buffer);
  assert(memory.length === KERNEL_PAGES * 65_536, 'the kernel was built for another memory layout');
  kernel.prepare();
  return {
    memory,
    multiplyAdd(destinationCount, sourceCount, stride) {
      assert(
        stride % ROW_ALIGNMENT === 0 &&
          destinationCount * stride <= PASS_DESTINATION_BYTES &&
          sourceCount * stride <= PASS_SOURCE_BYTES &&
          destinationCount * sourceCount <= PASS_COEFFICIENTS_MAX,
        'more than the kernel takes in one pass',
      );
      kernel.multiplyAdd(DESTINATIONS_AT, destinationCount, SOURCES_AT, sourceCount, COEFFICIENTS_AT, stride);
    },
  };
}
