import { useMemo } from 'react';
import type { ReactNode } from 'react';
import { qrPicture } from '../text/qr.ts';

interface QrCodeProps {
  readonly rows: readonly string[];
  readonly label: string;
}

/** A QR code: always dark on white, with its margin, since that is what every camera reads. */
export function QrCode({ rows, label }: QrCodeProps): ReactNode {
  const picture = useMemo(() => qrPicture(rows), [rows]);
  if (picture === undefined) return null;
  return (
    <svg
      className="qr"
      viewBox={`0 0 ${picture.size} ${picture.size}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <rect className="qr-paper" width={picture.size} height={picture.size} />
      <path className="qr-ink" d={picture.path} />
    </svg>
  );
}
