import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { DoctorReport, Finding } from '../../contract/doctor.ts';
import { doctorWords } from '../../words/doctor.ts';
import type { WebWords } from '../../words/web.ts';
import { useActions, useWording, useWords } from '../context.tsx';
import type { DaemonProblem } from '../daemon/problem.ts';
import { DOCTOR_MS_MAX } from '../limits.ts';
import { Command } from './Command.tsx';
import { HearingMatrix } from './HearingMatrix.tsx';
import { ProblemLine } from './ProblemLine.tsx';

/** Looks for what is wrong with the network, when asked to. */
export function DoctorPanel(): ReactNode {
  const words = useWords();
  const actions = useActions();
  const [report, setReport] = useState<DoctorReport>();
  const [problem, setProblem] = useState<DaemonProblem>();
  const [busy, setBusy] = useState(false);
  const look = async (): Promise<void> => {
    setBusy(true);
    const answer = await actions.attempt('doctor', {}, DOCTOR_MS_MAX);
    setBusy(false);
    setProblem(answer.ok ? undefined : answer.error);
    if (answer.ok) setReport(answer.value);
  };
  return (
    <section className="network-part">
      <h3>{words.doctorTitle}</h3>
      <p>
        <button type="button" className="button" disabled={busy} onClick={() => void look()}>
          {busy ? words.doctorRunning : report === undefined ? words.doctorRun : words.doctorAgain}
        </button>
      </p>
      <ProblemLine problem={problem} />
      <p className="quiet" role="status">
        {report === undefined ? '' : saidOf(report, words)}
      </p>
      {report === undefined ? null : (
        <>
          <ul className="findings">
            {report.findings.map((finding) => (
              <FindingCard key={`${finding.code} ${JSON.stringify(finding.values)}`} finding={finding} />
            ))}
          </ul>
          <HearingMatrix report={report} />
        </>
      )}
    </section>
  );
}

function saidOf({ usable, findings }: DoctorReport, words: WebWords): string {
  if (!usable) return words.doctorUnusable;
  return findings.length === 0 ? words.doctorFine : words.doctorFound(findings.length);
}

const ICONS: Readonly<Record<Finding['severity'], LucideIcon>> = {
  error: CircleAlert,
  warning: TriangleAlert,
  info: Info,
};

function FindingCard({ finding }: { readonly finding: Finding }): ReactNode {
  const { words, language } = useWording();
  const { severity, code, values, command } = finding;
  const { what, why, todo } = doctorWords(code, values, language);
  const Icon = ICONS[severity];
  const named = { error: words.doctorError, warning: words.doctorWarning, info: words.doctorInfo };
  return (
    <li className="finding" data-severity={severity}>
      <Icon size={18} aria-label={named[severity]} role="img" />
      <div>
        <p>
          <strong>{what}</strong>
        </p>
        <p className="quiet">{why}</p>
        <p>{todo}</p>
        {command === undefined ? null : <Command>{command}</Command>}
      </div>
    </li>
  );
}
