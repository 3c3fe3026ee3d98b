import { QR_MODULES_MAX } from '../limits.ts';

/** Empty modules around a code, without which many readers do not find it. */
const QUIET_MODULES = 4;

export interface QrPicture {
  /** Modules along one side, the empty margin included. */
  readonly size: number;
  /** The dark modules as one SVG path: a rectangle for each run in a row. */
  readonly path: string;
}

/** The picture of a code from its rows of `0` and `1`; undefined for what is no code. */
export function qrPicture(rows: readonly string[]): QrPicture | undefined {
  const modules = rows.length;
  if (modules === 0 || modules > QR_MODULES_MAX) return undefined;
  if (rows.some((row) => row.length !== modules || !/^[01]+$/.test(row))) return undefined;
  const parts: string[] = [];
  for (const [y, row] of rows.entries()) {
    for (const { index, 0: run } of row.matchAll(/1+/g))
      parts.push(`M${index + QUIET_MODULES} ${y + QUIET_MODULES}h${run.length}v1h-${run.length}z`);
  }
  return { size: modules + 2 * QUIET_MODULES, path: parts.join('') };
}
