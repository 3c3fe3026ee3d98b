import type { ReactNode } from 'react';
import type { TransferInfo } from '../../contract/api.ts';
import { useApp, useWording } from '../context.tsx';
import { formatRate } from '../text/format.ts';
import { secondsLeft } from '../text/transfer.ts';

/** How fast a file moves, and how long the rest takes; of an own one, for the member that is furthest behind. */
export function TransferPace({ transfer }: { readonly transfer: TransferInfo }): ReactNode {
  const { words, locale } = useWording();
  const rate = useApp((state) => state.rates[transfer.transfer]?.whole.bytesPerSecond ?? 0);
  if (rate < 1) return null;
  const seconds = secondsLeft(transfer.file.size - transfer.bytesDone, rate);
  return (
    <span className="transfer-amount">
      {formatRate(rate, locale)}
      {seconds === undefined ? '' : ` · ${words.timeLeft(seconds)}`}
    </span>
  );
}
