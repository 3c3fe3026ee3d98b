/** A line chart as SVG, without a library, that can be read on a light page and on a dark one. */
export interface Point {
  readonly x: number;
  readonly y: number;
  /** Where runs lay; absent where the point is computed. */
  readonly low?: number;
  readonly high?: number;
}

export interface Line {
  readonly name: string;
  readonly points: readonly Point[];
  /** For a bound that nobody can pass: thin, dashed, without marks. */
  readonly isBound?: boolean;
}

export interface Chart {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly yFrom: number;
  readonly lines: readonly Line[];
}

const WIDTH = 760;
const HEIGHT = 434;
const PLOT = { left: 64, right: 180, top: 62, bottom: 52 };
/** Okabe and Ito's colours, which people with colour-blindness can tell apart; the second is for dark pages. */
const COLOURS = [
  ['#0072b2', '#56b4e9'],
  ['#d55e00', '#ff8f4d'],
  ['#00795a', '#2fc79a'],
  ['#a8467c', '#e59ac4'],
  ['#8a6a00', '#e8c33f'],
] as const;
const BOUND_COLOUR = ['#666666', '#aaaaaa'] as const;
const LABEL_GAP = 16;
const TICKS = 6;

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const round = (value: number): string => String(Math.round(value * 10) / 10);

export function lineChart(chart: Chart): string {
  const points = chart.lines.flatMap((line) => line.points);
  const xMax = Math.max(...points.map(({ x }) => x));
  const step = niceStep((Math.max(...points.map(({ y, high }) => high ?? y)) - chart.yFrom) / TICKS);
  const yMax = chart.yFrom + step * Math.ceil((Math.max(...points.map(({ y }) => y)) - chart.yFrom) / step);
  const width = WIDTH - PLOT.left - PLOT.right;
  const height = HEIGHT - PLOT.top - PLOT.bottom;
  const xAt = (x: number): number => PLOT.left + (x / xMax) * width;
  const yAt = (y: number): number => PLOT.top + height - ((y - chart.yFrom) / (yMax - chart.yFrom)) * height;
  const body = [
    ...axes(chart, { step, yMax, xAt, yAt }),
    ...chart.lines.flatMap((line, index) => drawLine(line, index, xAt, yAt)),
    ...labels(chart.lines, xAt(xMax) + 10, yAt),
  ];
  const label = escape(chart.title);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">`,
    style(chart.lines),
    `<text class="title" x="${PLOT.left}" y="26">${label}</text>`,
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

function style(lines: readonly Line[]): string {
  const rules = (theme: 0 | 1): string[] =>
    lines.map((line, index) => {
      const colour = (line.isBound === true ? BOUND_COLOUR : COLOURS[index % COLOURS.length]!)[theme];
      return `.l${index}{stroke:${colour}}.f${index}{fill:${colour}}`;
    });
  return [
    '<style>',
    'text{font:13px system-ui,sans-serif;fill:#222}.title{font-weight:600;font-size:15px}.grid{stroke:#ddd}',
    'polyline{fill:none;stroke-width:2.5}.bound{stroke-width:1.5;stroke-dasharray:5 4}.spread{stroke-width:1.2}',
    ...rules(0),
    '@media (prefers-color-scheme:dark){text{fill:#ddd}.grid{stroke:#444}',
    ...rules(1),
    '}</style>',
  ].join('\n');
}

interface Scale {
  readonly step: number;
  readonly yMax: number;
  readonly xAt: (x: number) => number;
  readonly yAt: (y: number) => number;
}

function axes(chart: Chart, { step, yMax, xAt, yAt }: Scale): string[] {
  const parts: string[] = [];
  const digits = step < 1 ? 1 : 0;
  for (let y = chart.yFrom; y <= yMax + step / 2; y += step) {
    const at = round(yAt(y));
    parts.push(`<line class="grid" x1="${PLOT.left}" x2="${WIDTH - PLOT.right}" y1="${at}" y2="${at}"/>`);
    parts.push(
      `<text x="${PLOT.left - 8}" y="${round(yAt(y) + 4)}" text-anchor="end">${y.toFixed(digits)}</text>`,
    );
  }
  const places = new Set(chart.lines.flatMap((line) => (line.isBound ? [] : line.points.map(({ x }) => x))));
  for (const x of places) {
    parts.push(
      `<text x="${round(xAt(x))}" y="${HEIGHT - PLOT.bottom + 20}" text-anchor="middle">${x}</text>`,
    );
  }
  const middle = (PLOT.left + WIDTH - PLOT.right) / 2;
  parts.push(`<text x="${middle}" y="${HEIGHT - 12}" text-anchor="middle">${escape(chart.xTitle)}</text>`);
  parts.push(`<text x="${PLOT.left}" y="${PLOT.top - 12}">${escape(chart.yTitle)}</text>`);
  return parts;
}

function drawLine(
  line: Line,
  index: number,
  xAt: (x: number) => number,
  yAt: (y: number) => number,
): string[] {
  const path = line.points.map(({ x, y }) => `${round(xAt(x))},${round(yAt(y))}`).join(' ');
  if (line.isBound === true) return [`<polyline class="bound l${index}" points="${path}"/>`];
  const marks = line.points.flatMap(({ x, y, low, high }) => [
    `<circle class="f${index}" cx="${round(xAt(x))}" cy="${round(yAt(y))}" r="4"/>`,
    ...(low === undefined || high === undefined
      ? []
      : [
          `<line class="spread l${index}" x1="${round(xAt(x))}" x2="${round(xAt(x))}" y1="${round(yAt(low))}" y2="${round(yAt(high))}"/>`,
        ]),
  ]);
  return [`<polyline class="l${index}" points="${path}"/>`, ...marks];
}

/** Each name at the end of its line, moved apart where they would cover each other. */
function labels(lines: readonly Line[], x: number, yAt: (y: number) => number): string[] {
  const wanted = lines
    .map(({ name, points }, index) => ({ name, index, at: yAt(points.at(-1)?.y ?? 0) + 4 }))
    .sort((a, b) => a.at - b.at);
  let last = -Infinity;
  return wanted.map(({ name, index, at }) => {
    last = Math.max(at, last + LABEL_GAP);
    return `<text class="f${index}" x="${round(x)}" y="${round(last)}">${escape(name)}</text>`;
  });
}

/** 1, 2 or 5 times a power of ten, not less than `least`. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5].find((factor) => factor * power >= least) ?? 10) * power;
}
