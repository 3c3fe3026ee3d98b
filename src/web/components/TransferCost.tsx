import type { ReactNode } from 'react';
import type { TransferInfo } from '../../contract/api.ts';
import { useWording } from '../context.tsx';
import { formatBytes } from '../text/format.ts';
import { unicastBytes } from '../text/transfer.ts';

/** What an own file has cost the network, beside what sending it to each by itself would have. */
export function TransferCost({ transfer }: { readonly transfer: TransferInfo }): ReactNode {
  const { words, locale } = useWording();
  const { wireBytes = 0, members } = transfer;
  const alone = unicastBytes(transfer);
  // To one alone there is nothing to spare.
  if (wireBytes === 0 || members.length < 2 || alone === 0) return null;
  return (
    <p className="transfer-cost">
      {words.wireCost(formatBytes(wireBytes, locale), formatBytes(alone, locale))}
    </p>
  );
}
