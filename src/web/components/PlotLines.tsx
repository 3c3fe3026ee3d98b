import { useEffect, useEffectEvent, useRef } from 'react';
import type { ReactNode } from 'react';
import uPlot from 'uplot';
import { PLOT_HEIGHT_PIXELS } from '../limits.ts';
import type { Line } from '../network/samples.ts';

interface PlotLinesProps {
  /** Unix seconds, ascending; as many as each line has values. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
}

/** Told apart by colour and by dashes. */
const STROKES = [
  ['--accent', []],
  ['--accent-far', [6, 3]],
  ['--warning', [2, 3]],
  ['--danger', [10, 3, 2, 3]],
  ['--text-quiet', [4, 4]],
  ['--text', [1, 4]],
] as const;

/** The picture of a plot. */
export default function PlotLines({ times, lines, format }: PlotLinesProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const labels = lines.map(({ label }) => label).join('\n');
  const formatValue = useEffectEvent(format);

  // Another plot where the lines are others; the same with other values.
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const made = new uPlot(
      optionsFor(element, labels.split('\n').length, (value) => formatValue(value)),
      [[]],
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: PLOT_HEIGHT_PIXELS }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [labels]);
  useEffect(() => {
    plot.current?.setData([[...times], ...lines.map(({ values }) => values.map((value) => value ?? null))]);
  }, [times, lines, labels]);
  return <div ref={place} />;
}

function optionsFor(element: HTMLElement, count: number, format: (value: number) => string): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string): string => {
    // `light-dark()` is resolved by the browser only where a property uses it.
    element.style.setProperty('color', `var(${name})`);
    const value = style.color;
    element.style.removeProperty('color');
    return value;
  };
  const quiet = colour('--text-quiet');
  const grid = { stroke: colour('--line'), width: 1 };
  const font = `11px ${style.fontFamily}`;
  return {
    width: element.clientWidth,
    height: PLOT_HEIGHT_PIXELS,
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_plot, _min, max) => [0, Math.max(max * 1.1, 1e-3)] } },
    axes: [
      { stroke: quiet, grid, ticks: { show: false }, font, values: () => [], size: 8 },
      {
        stroke: quiet,
        grid,
        ticks: { show: false },
        font,
        size: 64,
        splits: (_plot, _axis, _min, max) => [0, max / 2.2, max / 1.1],
        values: (_plot, values) => values.map(format),
      },
    ],
    series: [
      {},
      ...Array.from({ length: count }, (_, index) => {
        const [name, dash] = STROKES[index % STROKES.length] ?? STROKES[0];
        return {
          stroke: colour(name),
          dash: [...dash],
          width: 1.5,
          points: { show: false },
          spanGaps: false,
        };
      }),
    ],
  };
}
