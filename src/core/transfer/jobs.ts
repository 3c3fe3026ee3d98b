/**
 * Hashing and ciphering of blocks in slices, so that no call into the core takes longer than half a millisecond and
 * sockets are drained in between.
 */
import { equalBytes } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import type { Context } from '../context.ts';
import type { CryptoPort } from '../api.ts';
import { CIPHER_BYTES, SLICE_BYTES, TAG_BYTES } from '../limits.ts';
import { blockKey } from './file.ts';

/** Work in slices: `step` does one and tells whether it was the last. */
export interface Job {
  step(): boolean;
}

/** First come, first served; one slice at a time. */
export class JobQueue {
  private readonly jobs: Job[] = [];

  add(job: Job): void {
    this.jobs.push(job);
  }
  step(): void {
    const job = this.jobs[0];
    if (job?.step() === true) this.jobs.shift();
  }
  get busy(): boolean {
    return this.jobs.length > 0;
  }
}

/** Calls `slice` for consecutive parts of `bytes`, one part a call; true after the last. */
class Slices {
  private offset = 0;
  private readonly bytes: Bytes;
  constructor(bytes: Bytes) {
    this.bytes = bytes;
  }
  next(slice: (part: Bytes, offset: number) => void): boolean {
    const end = Math.min(this.bytes.length, this.offset + SLICE_BYTES);
    slice(this.bytes.subarray(this.offset, end), this.offset);
    this.offset = end;
    return end === this.bytes.length;
  }
}

/** Plaintext → its SHA-256, then ciphertext ‖ tag. The plaintext's buffer is given back. */
export class SealJob implements Job {
  private readonly context: Context;
  private readonly secret: Bytes;
  private readonly block: number;
  private readonly plaintext: Bytes;
  private readonly done: (hash: Bytes, sealed: Bytes) => void;
  private readonly hashing: Slices;
  private readonly hasher: ReturnType<CryptoPort['sha256Stream']>;
  private hash: Bytes | undefined;
  private sealing:
    | { slices: Slices; cipher: ReturnType<CryptoPort['sealStream']>; sealed: Bytes }
    | undefined;

  constructor(
    context: Context,
    secret: Bytes,
    block: number,
    plaintext: Bytes,
    done: (hash: Bytes, sealed: Bytes) => void,
  ) {
    this.context = context;
    this.secret = secret;
    this.block = block;
    this.plaintext = plaintext;
    this.done = done;
    this.hashing = new Slices(plaintext);
    this.hasher = context.crypto.sha256Stream();
  }

  step(): boolean {
    if (this.hash === undefined) {
      if (this.hashing.next((part) => this.hasher.update(part))) this.hash = this.hasher.digest();
      return false;
    }
    const { crypto, buffers } = this.context;
    this.sealing ??= {
      slices: new Slices(this.plaintext),
      cipher: crypto.sealStream(blockKey(crypto, this.secret, this.block, this.hash)),
      sealed: buffers.take(this.plaintext.length + TAG_BYTES),
    };
    const { slices, cipher, sealed } = this.sealing;
    const isLast = slices.next((part, offset) => {
      for (let at = 0; at < part.length; at += CIPHER_BYTES)
        sealed.set(cipher.update(part.subarray(at, at + CIPHER_BYTES)), offset + at);
    });
    if (!isLast) return false;
    sealed.set(cipher.tag(), this.plaintext.length);
    buffers.give(this.plaintext);
    this.done(this.hash, sealed);
    return true;
  }
}

/** Ciphertext ‖ tag → plaintext, checked against the page's hash; undefined where either does not fit. */
export class OpenJob implements Job {
  private readonly slices: Slices;
  private readonly opener: ReturnType<CryptoPort['openStream']>;
  private readonly hasher: ReturnType<CryptoPort['sha256Stream']>;
  private readonly plaintext: Uint8Array;
  private readonly hash: Bytes;
  private readonly done: (plaintext: Bytes | undefined) => void;

  constructor(
    { crypto, buffers }: Context,
    secret: Bytes,
    block: number,
    hash: Bytes,
    sealed: Bytes,
    done: (plaintext: Bytes | undefined) => void,
  ) {
    const end = sealed.length - TAG_BYTES;
    this.slices = new Slices(sealed.subarray(0, end));
    this.opener = crypto.openStream(blockKey(crypto, secret, block, hash), sealed.subarray(end));
    this.hasher = crypto.sha256Stream();
    this.plaintext = buffers.take(end);
    this.hash = hash;
    this.done = done;
  }

  step(): boolean {
    const last = this.slices.next((part, offset) => {
      for (let at = 0; at < part.length; at += CIPHER_BYTES) {
        const plain = this.opener.update(part.subarray(at, at + CIPHER_BYTES));
        this.plaintext.set(plain, offset + at);
        this.hasher.update(plain);
      }
    });
    if (!last) return false;
    const good = this.opener.final() && equalBytes(this.hasher.digest(), this.hash);
    this.done(good ? this.plaintext : undefined);
    return true;
  }
}
