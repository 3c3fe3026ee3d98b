const MARGIN = 4;

/**
 * A QR code for a terminal: two rows a line, light modules drawn, so that it reads on a dark background, and with the margin
 * that readers need on a light one.
 */
export function qrLines(rows: readonly string[]): readonly string[] {
  const width = rows.length + 2 * MARGIN;
  const blank = '0'.repeat(width);
  const edge = '0'.repeat(MARGIN);
  const all = [
    ...Array<string>(MARGIN).fill(blank),
    ...rows.map((row) => edge + row + edge),
    ...Array<string>(MARGIN).fill(blank),
  ];
  const lines: string[] = [];
  for (let y = 0; y < all.length; y += 2) {
    const [upper = blank, lower = blank] = [all[y], all[y + 1]];
    lines.push(Array.from(upper, (_, x) => BLOCKS[`${upper[x]}${lower[x]}`] ?? ' ').join(''));
  }
  return lines;
}

/** By whether the upper and the lower module are dark. */
const BLOCKS: Readonly<Record<string, string>> = { '00': '█', '01': '▀', '10': '▄', '11': ' ' };
