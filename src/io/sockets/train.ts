/** Which datagrams may leave as one train: UDP_SEGMENT cuts a train into equal parts, of which only the last may be shorter. */
import { datagramLength, type Datagram } from '../../core/datagram.ts';
import { TRAIN_DATAGRAMS_MAX } from '../limits.ts';

/** The largest UDP payload over IPv4: 65,535 − 20 − 8. A train is one until it leaves. */
export const SEND_BYTES_MAX = 65_507;

/** Where the train that begins at `from` ends: equal lengths, and at most one shorter at its end. */
export function trainEnd(datagrams: readonly Datagram[], from: number): number {
  const first = datagrams[from];
  const segment = first === undefined ? 0 : datagramLength(first);
  const last = Math.min(datagrams.length, from + TRAIN_DATAGRAMS_MAX);
  let total = segment;
  let end = from + 1;
  if (segment === 0) return end;
  for (; end < last; end++) {
    const length = datagramLength(datagrams[end] as Datagram);
    if (length > segment || length === 0 || total + length > SEND_BYTES_MAX) break;
    total += length;
    if (length < segment) return end + 1;
  }
  return end;
}
