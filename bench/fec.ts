/**
 * `node bench/fec.ts`: how fast the erasure code is on one core. The kernel in GB/s of multiply-add; encoding and
 * decoding of a sealed 1 MiB block in MB/s of the block, with the longest slice. Best of several rounds, since
 * whatever else runs only ever makes it slower; `--rounds N` (default 7).
 */
import { groupSize, symbolCount, symbolOf } from '../src/core/fec/code.ts';
import type { BlockCode } from '../src/core/fec/code.ts';
import { Decoder } from '../src/core/fec/decoder.ts';
import { Encoder } from '../src/core/fec/encoder.ts';
import { createKernel } from '../src/core/fec/kernel.ts';
import { seededRandom } from '../src/base/prng.ts';

const roundsFlag = process.argv.indexOf('--rounds');
const rounds = roundsFlag < 0 ? 7 : Number(process.argv[roundsFlag + 1]);
const kernel = createKernel();
const random = seededRandom(1);
const BLOCK_BYTES = 1024 * 1024 + 16;
const SYMBOL_BYTES = 1460;
/** Long enough that the optimising compiler has replaced its first, slow code. */
const REPEAT_MS = 60;

function print(...cells: (string | number)[]): void {
  process.stdout.write(`${cells.map((cell) => String(cell).padStart(11)).join('')}\n`);
}

/** Runs again and again for a while; the least time of one run, in milliseconds. */
function bestMs(run: () => void): number {
  let best = Infinity;
  for (let round = 0; round < rounds; round++) {
    const end = performance.now() + REPEAT_MS;
    while (performance.now() < end) {
      const start = performance.now();
      run();
      best = Math.min(best, performance.now() - start);
    }
  }
  return best;
}

print('rows out', 'rows in', 'bytes', 'GB/s');
for (const [destinations, sources, bytes] of [
  [1, 64, 1456],
  [4, 64, 1456],
  [32, 64, 1456],
  [128, 1, 256],
  [1, 256, 256],
] as const) {
  const stride = Math.ceil(bytes / 64) * 64;
  const repeat = 50;
  const ms = bestMs(() => {
    for (let i = 0; i < repeat; i++) kernel.multiplyAdd(destinations, sources, stride);
  });
  print(destinations, sources, bytes, ((repeat * destinations * sources * bytes) / ms / 1e6).toFixed(1));
}

const block = Uint8Array.from({ length: BLOCK_BYTES }, () => random.below(256));
process.stdout.write('\n');
print('group', 'loss', 'encode', 'decode', 'slice ms', 'take-in ms');
for (const groupCount of [1, 2, 4]) {
  for (const loss of [0.01, 0.05, 0.1, 0.2]) measure(groupCount, loss);
}

/** All groups of a block: as many repair symbols as were lost (made, then used), from arrival to the last byte. */
function measure(groupCount: number, loss: number): void {
  const code: BlockCode = {
    transferTag: 1,
    block: 2,
    blockBytes: BLOCK_BYTES,
    symbolBytes: SYMBOL_BYTES,
    groupCount,
  };
  const lost = new Set<number>();
  while (lost.size < Math.round(loss * symbolCount(code))) lost.add(random.below(symbolCount(code)));
  const ids = Array.from({ length: groupCount }, (_, group) => {
    const count = [...lost].filter((index) => index % groupCount === group).length;
    return Array.from({ length: count + 4 }, (_, n) => n);
  });
  let repairs: (readonly Uint8Array[])[] = [];
  let sliceMs = Infinity;
  let takeInMs = Infinity;

  const encodeMs = bestMs(() => {
    const encoder = new Encoder(kernel, code, block);
    repairs = ids.map((list, group) => {
      const batch = encoder.batch(group, list);
      while (!batch.done) batch.step();
      return batch.payloads;
    });
  });
  const rebuilt = new Uint8Array(BLOCK_BYTES);
  const received = Array.from({ length: symbolCount(code) }, (_, index) => symbolOf(code, block, index));
  const decodeMs = bestMs(() => {
    let slice = 0;
    let takeIn = 0;
    rebuilt.fill(0);
    for (let group = 0; group < groupCount; group++) {
      const decoder = new Decoder(kernel, code, group, rebuilt);
      for (let place = 0; place < groupSize(code, group); place++) {
        const index = group + place * groupCount;
        if (!lost.has(index)) decoder.addSource(index, received[index] as Uint8Array);
      }
      for (let n = 0; decoder.deficit > 0; n++) {
        const start = performance.now();
        decoder.addRepair(n, repairs[group]?.[n] as Uint8Array);
        takeIn = Math.max(takeIn, performance.now() - start);
      }
      while (!decoder.done) {
        const start = performance.now();
        decoder.step();
        slice = Math.max(slice, performance.now() - start);
      }
    }
    sliceMs = Math.min(sliceMs, slice);
    takeInMs = Math.min(takeInMs, takeIn);
  });
  if (Buffer.compare(rebuilt, block) !== 0) throw new Error('the block was not rebuilt');
  const speed = (ms: number): string => (BLOCK_BYTES / ms / 1000).toFixed(0);
  print(
    groupSize(code, 0),
    `${100 * loss} %`,
    speed(encodeMs),
    speed(decodeMs),
    sliceMs.toFixed(3),
    takeInMs.toFixed(3),
  );
}
