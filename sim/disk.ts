/**
 * One member's virtual disk: what it sends files from, and how long (and whether) each access takes. Accesses queue
 * up behind each other, as on a real one. Bytes that are written are compared by a checker and kept nowhere.
 */
import type { Bytes } from '../src/base/bytes.ts';
import { seededRandom } from '../src/base/prng.ts';
import type { DiskFault } from '../src/core/api.ts';

export interface DiskConditions {
  readonly accessMs: number;
  readonly megabytesPerSecond: number;
  readonly writeFault?: 'disk-full' | 'disk-error';
}

export const FAST_DISK: DiskConditions = { accessMs: 0.3, megabytesPerSecond: 400 };
/** An old hard disk behind USB: slower than 100 Mbit/s of network. */
export const SLOW_DISK: DiskConditions = { accessMs: 40, megabytesPerSecond: 6 };

/** A file as a sender has it on its disk. */
export interface FileContent {
  readonly bytes: Bytes;
  /** Set when someone edits or unplugs it while it is sent. */
  fault?: DiskFault;
}

export class VirtualDisk {
  conditions: DiskConditions = FAST_DISK;
  private freeAt = 0;

  /** When an access of that many bytes, asked for now, is done. */
  doneAt(now: number, byteCount: number): number {
    const { accessMs, megabytesPerSecond } = this.conditions;
    this.freeAt = Math.max(now, this.freeAt) + accessMs + byteCount / (megabytesPerSecond * 1000);
    return this.freeAt;
  }

  /** A process that ends takes its queue with it. */
  forgetQueue(): void {
    this.freeAt = 0;
  }
}

/** File bytes from a seed: random, or all zeros (so that all blocks are alike), as files in real life are. */
export function createContent(seed: number, size: number): FileContent {
  const bytes = new Uint8Array(size);
  const random = seededRandom(seed);
  if (random.below(5) === 0) return { bytes };
  const words = new Uint32Array(bytes.buffer, 0, size >> 2);
  for (let i = 0; i < words.length; i++) words[i] = random.next() * 4294967296;
  for (let i = size & ~3; i < size; i++) bytes[i] = random.below(256);
  return { bytes };
}
