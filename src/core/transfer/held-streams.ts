/** Our streams of files that others offered (protocol.md §7.11), by file. */
import type { TransferId } from '../../base/ids.ts';
import type { Context } from '../context.ts';
import type { FileOffer } from './file.ts';
import { HeldSource } from './held-source.ts';
import type { HeldBlocks } from './held-source.ts';
import type { HeldStream } from './holding.ts';
import type { JobQueue } from './jobs.ts';
import { Outgoing } from './outgoing.ts';
import { streamOf } from './stream.ts';
import type { Streams } from './streams.ts';
import type { TransferKeys } from './transfer-keys.ts';

export class HeldStreams {
  private readonly context: Context;
  private readonly jobs: JobQueue;
  private readonly streams: Streams;
  private readonly keysOf: (offer: FileOffer) => TransferKeys;
  private readonly byFile = new Map<TransferId, Outgoing>();

  constructor(
    context: Context,
    jobs: JobQueue,
    streams: Streams,
    keysOf: (offer: FileOffer) => TransferKeys,
  ) {
    this.context = context;
    this.jobs = jobs;
    this.streams = streams;
    this.keysOf = keysOf;
  }

  open(now: number, file: HeldBlocks): HeldStream {
    const { offer } = file;
    const { context, jobs } = this;
    const outgoing = new Outgoing(now, {
      offer,
      stream: streamOf(context.crypto, offer, context.self.id),
      context,
      keys: this.keysOf(offer),
      invited: [],
      source: (listener, under) => new HeldSource(file, context, jobs, listener, under),
    });
    this.byFile.set(offer.id, outgoing);
    this.streams.add(outgoing);
    return outgoing;
  }

  close(stream: HeldStream): void {
    for (const [file, outgoing] of this.byFile) {
      if (outgoing !== stream) continue;
      outgoing.stop();
      this.byFile.delete(file);
      this.streams.delete(outgoing);
    }
  }

  of(file: TransferId): Outgoing | undefined {
    return this.byFile.get(file);
  }

  nextTimeout(): number {
    let at = Infinity;
    for (const outgoing of this.byFile.values()) at = Math.min(at, outgoing.nextTimeout());
    return at;
  }
  handleTimeout(now: number): void {
    for (const outgoing of this.byFile.values())
      if (outgoing.nextTimeout() <= now) outgoing.handleTimeout(now);
  }
}
