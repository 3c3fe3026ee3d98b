/** Sizes of files as people write them: `500 MB`, `1.5gb`, `0`. Decimal units, as the system's file manager counts. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['kb', 1e3],
  ['mb', 1e6],
  ['gb', 1e9],
  ['tb', 1e12],
]);

/** Bytes; undefined where it is no size, or more than 8 PB. Both `.` and `,` divide. */
export function parseSize(text: string): number | undefined {
  const found = /^(\d{1,12}(?:[.,]\d{1,6})?)\s*([kmgt]?b?)$/i.exec(text.trim());
  const [, amount = '', unit = ''] = found ?? [];
  const letters = unit.toLowerCase();
  const factor = UNITS.get(letters === '' || letters.endsWith('b') ? letters : `${letters}b`);
  if (found === null || factor === undefined) return undefined;
  const bytes = Math.round(Number(amount.replace(',', '.')) * factor);
  return bytes <= SIZE_BYTES_MAX ? bytes : undefined;
}

const SIZE_BYTES_MAX = 8e15;
