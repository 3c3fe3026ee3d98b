/** QR codes (ISO/IEC 18004) as rows of text, so that every client draws them in its own way. */
import { encode } from 'uqr';

/** `1` for dark; without a margin, of which the reader needs four modules. */
export function qrRows(text: string): readonly string[] {
  const { data } = encode(text, { ecc: 'M', border: 0 });
  return data.map((row) => row.map((isDark) => (isDark ? '1' : '0')).join(''));
}
