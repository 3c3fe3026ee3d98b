/** Foreign names and texts on a terminal: nothing that moves the cursor, hides or turns around what is there. */

const KEPT = '\u200c\u200d'; // joiners of scripts and emoji
const UNSAFE = new RegExp(`(?![${KEPT}])[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]`, 'gu');

/** One line: every control and format character becomes a visible stand-in. */
export function safeLine(text: string): string {
  return text.replaceAll(UNSAFE, '\ufffd');
}

/** Several lines: line breaks stay, and what follows them is indented so that it cannot pose as a line of ours. */
export function safeText(text: string): string {
  const lines = text.split(/\r\n|\r|\n/);
  return lines.map((line) => safeLine(line.replaceAll('\t', '    '))).join('\n    ');
}

const ESCAPED = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069\u200e\u200f]/g;

/** JSON in which the controls that JSON itself lets through are escaped, too: the same value, safe to look at. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    ESCAPED,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

export function formatBytes(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}
