import { ShieldCheck, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { TransferInfo } from '../../contract/api.ts';
import { useWording } from '../context.tsx';
import { formatBytes } from '../text/format.ts';

/** Whether others could finish an own file without us. */
export function TransferSafety({ transfer }: { readonly transfer: TransferInfo }): ReactNode {
  const { words, locale } = useWording();
  const { own, state, members, atRiskBytes } = transfer;
  const nobodyHasAny = members.every(({ bytesDone }) => bytesDone === 0);
  const onTheWay = own && (state === 'running' || state === 'paused');
  // With one receiver there never are two others, and nothing to choose.
  if (!onTheWay || atRiskBytes === undefined || members.length < 2) return null;
  return (
    <p className="transfer-safety" data-safe={atRiskBytes === 0}>
      {atRiskBytes === 0 ? (
        <ShieldCheck size={16} aria-hidden="true" />
      ) : (
        <TriangleAlert size={16} aria-hidden="true" />
      )}
      {atRiskBytes === 0
        ? words.safeWithOthers
        : nobodyHasAny
          ? words.onlyHere
          : words.atRisk(formatBytes(atRiskBytes, locale))}
    </p>
  );
}
