/**
 * Whoever serves a file does so as a stream of its own, which DATA, POLL and all answers name (protocol.md §7.11). The
 * author's has the id of the transfer itself. What is in the symbols does not depend on the stream.
 */
import { concatBytes, toHex } from '../../base/bytes.ts';
import { ID_BYTES } from '../../base/ids.ts';
import type { MemberId, TransferId } from '../../base/ids.ts';
import type { CryptoPort } from '../api.ts';
import type { Context } from '../context.ts';
import type { Member } from '../membership/roster.ts';
import { utf8 } from '../wire/codec.ts';
import { memberIdBytes, transferIdBytes } from '../wire/id-bytes.ts';
import type { FileOffer } from './file.ts';
import type { SourceListener, SourcePort } from './source-port.ts';
import type { TransferEpoch, TransferKeys } from './transfer-keys.ts';

export interface Stream {
  readonly id: TransferId;
  /** First four bytes of the id, as DATA, REPAIR and TICK carry them. */
  readonly tag: number;
  readonly server: MemberId;
}

/** What a stream is made of. */
export interface OutgoingParts {
  readonly offer: FileOffer;
  readonly stream: Stream;
  readonly context: Context;
  readonly keys: TransferKeys;
  /** Who is there to decide about it; nobody, where whoever wants it says so by itself. */
  readonly invited: readonly Pick<Member, 'id' | 'roundTripMs'>[];
  readonly source: (listener: SourceListener, under: TransferEpoch | undefined) => SourcePort;
}

const LABEL = utf8('starling/1 stream');

export function streamOf(
  crypto: CryptoPort,
  offer: Pick<FileOffer, 'id' | 'tag' | 'author'>,
  server: MemberId,
): Stream {
  if (server === offer.author) return { id: offer.id, tag: offer.tag, server };
  const digest = crypto.sha256(concatBytes(LABEL, transferIdBytes(offer.id), memberIdBytes(server)));
  const id = toHex(digest.subarray(0, ID_BYTES)) as TransferId;
  return { id, tag: Number.parseInt(id.slice(0, 8), 16), server };
}
