/** From any bytes to a typed frame, or to the typed reason why not. Total: it never throws (protocol.md §4). */
import type { Bytes } from '../../base/bytes.ts';
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { DATAGRAM_BYTES_MAX } from '../limits.ts';
import { decodeAsk, decodeReport, decodeRoll } from './ask.ts';
import type { AskFrame, ReportFrame, RollFrame } from './ask.ts';
import { decodeData } from './data.ts';
import type { DataFrame } from './data.ts';
import { decodeDirect } from './direct.ts';
import type { DirectFrame } from './direct.ts';
import { decodeFragment } from './fragment.ts';
import type { FragmentFrame } from './fragment.ts';
import { decodeFrontier } from './frontier.ts';
import type { FrontierFrame } from './frontier.ts';
import { decodeHave } from './have.ts';
import type { HaveFrame } from './have.ts';
import { decodeHold } from './hold.ts';
import type { HoldFrame } from './hold.ts';
import { FRAME, firstByte, readRoomTag, ROOM_TAG_BYTES, typeOf, versionOf, WIRE_VERSION } from './header.ts';
import { decodeHello } from './hello.ts';
import type { HelloFrame } from './hello.ts';
import { decodeLeave } from './leave.ts';
import type { LeaveFrame } from './leave.ts';
import { decodeMeeting } from './meeting.ts';
import type { MeetingFrame } from './meeting.ts';
import { decodeNak } from './nak.ts';
import type { NakFrame } from './nak.ts';
import { decodePage, decodeRoot } from './page.ts';
import type { PageFrame, RootFrame } from './page.ts';
import { decodePing } from './ping.ts';
import type { PingFrame } from './ping.ts';
import { decodePoll, decodeStatus } from './poll.ts';
import type { PollFrame, StatusFrame } from './poll.ts';
import { decodeProbe } from './probe.ts';
import type { ProbeFrame } from './probe.ts';
import { decodeReceipt } from './receipt.ts';
import type { ReceiptFrame } from './receipt.ts';
import { decodeRetry } from './retry.ts';
import type { RetryFrame } from './retry.ts';
import { decodeSymbols } from './symbols.ts';
import type { SymbolsFrame } from './symbols.ts';
import { decodeTick } from './tick.ts';
import type { TickFrame } from './tick.ts';
import { decodeTyping } from './typing.ts';
import type { TypingFrame } from './typing.ts';
import { decodeWithheld } from './withheld.ts';
import type { WithheldFrame } from './withheld.ts';

export type ControlFrame =
  | HelloFrame
  | LeaveFrame
  | FragmentFrame
  | NakFrame
  | FrontierFrame
  | ReceiptFrame
  | PingFrame
  | ProbeFrame
  | PageFrame
  | RootFrame
  | PollFrame
  | StatusFrame
  | HaveFrame
  | HoldFrame
  | RetryFrame
  | SymbolsFrame
  | AskFrame
  | ReportFrame
  | RollFrame
  | TypingFrame
  | WithheldFrame;

export type RejectReason = 'empty' | 'too-long' | 'unknown-version' | 'unknown-type' | 'malformed';

export type Decoded =
  | { readonly kind: 'data'; readonly frame: DataFrame }
  | { readonly kind: 'tick'; readonly frame: TickFrame }
  | { readonly kind: 'direct'; readonly frame: DirectFrame }
  /** The tag is that of the meeting, which is no room. */
  | { readonly kind: 'meeting'; readonly roomTag: string; readonly frame: MeetingFrame }
  | { readonly kind: 'control'; readonly roomTag: string; readonly frame: ControlFrame };

const CONTROL_DECODERS: Readonly<Record<number, (datagram: Bytes) => ControlFrame | undefined>> = {
  [FRAME.hello]: decodeHello,
  [FRAME.leave]: decodeLeave,
  [FRAME.fragment]: decodeFragment,
  [FRAME.nak]: decodeNak,
  [FRAME.frontier]: decodeFrontier,
  [FRAME.receipt]: decodeReceipt,
  [FRAME.ping]: (datagram) => decodePing(datagram, 'ping'),
  [FRAME.pong]: (datagram) => decodePing(datagram, 'pong'),
  [FRAME.probe]: decodeProbe,
  [FRAME.page]: decodePage,
  [FRAME.root]: decodeRoot,
  [FRAME.poll]: decodePoll,
  [FRAME.status]: decodeStatus,
  [FRAME.have]: decodeHave,
  [FRAME.hold]: decodeHold,
  [FRAME.retry]: decodeRetry,
  [FRAME.symbols]: decodeSymbols,
  [FRAME.ask]: decodeAsk,
  [FRAME.report]: decodeReport,
  [FRAME.roll]: decodeRoll,
  [FRAME.typing]: decodeTyping,
  [FRAME.withheld]: decodeWithheld,
};

/** Frames that are opaque to who lacks the keys that their tag names: they are opened before anything is decoded. */
export function opaqueType(datagram: Bytes): 'sealed' | 'sync' | undefined {
  if (datagram.length > DATAGRAM_BYTES_MAX) return undefined;
  if (datagram[0] === firstByte(FRAME.sealed)) return 'sealed';
  return datagram[0] === firstByte(FRAME.sync) ? 'sync' : undefined;
}

export function decodeFrame(datagram: Bytes): Result<Decoded, RejectReason> {
  const first = datagram[0];
  if (first === undefined) return err('empty');
  if (datagram.length > DATAGRAM_BYTES_MAX) return err('too-long');
  if (versionOf(first) !== WIRE_VERSION) return err('unknown-version');
  const type = typeOf(first);
  if (type === FRAME.data || type === FRAME.repair) {
    const frame = decodeData(datagram);
    return frame === undefined ? err('malformed') : ok({ kind: 'data', frame });
  }
  if (type === FRAME.tick) {
    const frame = decodeTick(datagram);
    return frame === undefined ? err('malformed') : ok({ kind: 'tick', frame });
  }
  if (type === FRAME.direct) {
    const frame = decodeDirect(datagram);
    return frame === undefined ? err('malformed') : ok({ kind: 'direct', frame });
  }
  if (type === FRAME.meeting) {
    const frame = decodeMeeting(datagram);
    if (frame === undefined) return err('malformed');
    return ok({ kind: 'meeting', roomTag: readRoomTag(datagram), frame });
  }
  const decode = CONTROL_DECODERS[type];
  if (decode === undefined) return err('unknown-type');
  if (datagram.length <= 1 + ROOM_TAG_BYTES) return err('malformed');
  const frame = decode(datagram);
  return frame === undefined
    ? err('malformed')
    : ok({ kind: 'control', roomTag: readRoomTag(datagram), frame });
}
