import { lazy, Suspense } from 'react';
import type { ReactNode } from 'react';
import { useWords } from '../context.tsx';
import type { Line } from '../network/samples.ts';
import { Boundary } from './Boundary.tsx';

interface PlotProps {
  readonly title: string;
  /** Unix seconds, ascending; as many as each line has values. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
}

/** Apart, because it may fail alone: uPlot throws while it is loaded where the browser's language is no language tag (`C`). */
const PlotLines = lazy(() => import('./PlotLines.tsx'));

/** Lines over the last minutes. What they say now stands below as text, with the dashes of each line. */
export function Plot({ title, times, lines, format }: PlotProps): ReactNode {
  const words = useWords();
  const now = lines.map(({ label, values }) => {
    const value = values.at(-1);
    return words.plotValue(label, value === undefined ? words.plotNothing : format(value));
  });
  return (
    <figure className="plot">
      <figcaption>{title}</figcaption>
      <div
        className="plot-place"
        role="img"
        aria-label={words.plotSays(title, now.join(', ') || words.plotNothing)}
      >
        <Boundary fallback={null}>
          <Suspense>
            <PlotLines times={times} lines={lines} format={format} />
          </Suspense>
        </Boundary>
      </div>
      <ul className="plot-now" aria-hidden="true">
        {now.map((text, index) => (
          <li key={lines[index]?.label} data-line={index}>
            <bdi>{text}</bdi>
          </li>
        ))}
      </ul>
    </figure>
  );
}
