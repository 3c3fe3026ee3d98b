/** The doctor: asks the engine and the system, and says what is so, why it matters, and what to do. */
import type { DoctorReport } from '../../contract/doctor.ts';
import { doctorWords } from '../../words/doctor.ts';
import type { Language } from '../../words/index.ts';
import type { EngineQuestions } from '../engine-questions.ts';
import { ApiFault } from '../fault.ts';
import type { Rooms } from '../rooms.ts';
import { CLASSIC_ROOM } from '../room-entry.ts';
import type { Settings } from '../settings.ts';
import { diagnose } from './diagnose.ts';
import { lookAround } from './surroundings.ts';

export interface DoctorContext {
  readonly rooms: Rooms;
  readonly settings: Settings;
  readonly questions: EngineQuestions;
  readonly language: Language;
}

export class Doctor {
  readonly #context: DoctorContext;

  constructor(context: DoctorContext) {
    this.#context = context;
  }

  async report(): Promise<DoctorReport> {
    const { rooms, settings, questions, language } = this.#context;
    const facts = await questions.network(rooms.activeIds().filter((id) => id !== CLASSIC_ROOM));
    if (facts === undefined) throw new ApiFault('engine-failed', { detail: 'no answer' });
    const around = await lookAround(facts.port, facts.unicastPort);
    const { usable, members, links, findings } = diagnose(facts, around, {
      id: settings.id,
      name: settings.name,
    });
    const { path, pathReason, port, unicastPort, interfaces, groups } = facts;
    return {
      at: Date.now(),
      usable,
      sockets: path,
      port,
      unicastPort,
      interfaces,
      groups,
      members,
      links,
      findings: findings.map((finding) => ({
        ...finding,
        ...doctorWords(finding.code, finding.values, language),
      })),
      ...(pathReason === undefined ? {} : { socketsReason: pathReason }),
      ...(around.bufferDrops === undefined ? {} : { bufferDrops: around.bufferDrops }),
    };
  }
}
