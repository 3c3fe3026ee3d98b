import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { useActions, useWording } from '../context.tsx';
import type { DaemonProblem } from '../daemon/problem.ts';
import { NETWORK_SAMPLE_MS } from '../limits.ts';
import { linesOf, NO_SAMPLES, withSample } from '../network/samples.ts';
import type { Samples } from '../network/samples.ts';
import { formatMs, formatPercent, formatRate } from '../text/format.ts';
import { Dialog } from './Dialog.tsx';
import { DoctorPanel } from './DoctorPanel.tsx';
import { EventLog } from './EventLog.tsx';
import { LinksTable } from './LinksTable.tsx';
import { Plot } from './Plot.tsx';
import { ProblemLine } from './ProblemLine.tsx';

/** The network at a glance: what moves, how each member is reached, what is wrong, what happened. */
export default function NetworkDialog(): ReactNode {
  const { words, locale } = useWording();
  const { samples, problem } = useSamples();
  const times = samples.list.map(({ at }) => at / 1000);
  const rates = [
    { label: words.plotSent, values: samples.list.map(({ sent }) => sent) },
    { label: words.plotReceived, values: samples.list.map(({ received }) => received) },
  ];
  return (
    <Dialog title={words.networkTitle} wide>
      <ProblemLine problem={problem} />
      <section className="plots" aria-label={words.networkNow}>
        <Plot
          title={words.plotRate}
          times={times}
          lines={rates}
          format={(value) => formatRate(value, locale)}
        />
        <Plot
          title={words.plotLoss}
          times={times}
          lines={linesOf(samples, 'loss')}
          format={(value) => formatPercent(value, locale)}
        />
        <Plot
          title={words.plotRoundTrip}
          times={times}
          lines={linesOf(samples, 'roundTrip')}
          format={(value) => formatMs(value, locale)}
        />
      </section>
      <LinksTable links={samples.last?.links} />
      <DoctorPanel />
      <EventLog />
    </Dialog>
  );
}

/** Asked once a second while the dialog is open; an answer that does not come is not waited for. */
function useSamples(): { readonly samples: Samples; readonly problem: DaemonProblem | undefined } {
  const actions = useActions();
  const [samples, setSamples] = useState(NO_SAMPLES);
  const [problem, setProblem] = useState<DaemonProblem>();
  useEffect(() => {
    let over = false;
    let asking = false;
    const ask = async (): Promise<void> => {
      if (asking) return;
      asking = true;
      const answer = await actions.attempt('network-now', {}, NETWORK_SAMPLE_MS * 5);
      asking = false;
      if (over) return;
      setProblem(answer.ok ? undefined : answer.error);
      if (answer.ok) setSamples((before) => withSample(before, answer.value));
    };
    void ask();
    const timer = setInterval(() => void ask(), NETWORK_SAMPLE_MS);
    return () => {
      over = true;
      clearInterval(timer);
    };
  }, [actions]);
  return { samples, problem };
}
