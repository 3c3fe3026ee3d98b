/**
 * The wire is used sparingly: no datagram is too large, files and messages are repaired but not repeated without
 * end, feedback stays in proportion to what it is about, and a quiet room costs HELLOs and pings and nothing else.
 * The budgets are about twice what the worst of some hundred seeds needed; a storm is far above them.
 */
import type { Bytes } from '../../src/base/bytes.ts';
import { BLOCK_BYTES } from '../../src/core/limits.ts';
import { fragmentCount } from '../../src/core/wire/fragment.ts';
import { FRAME, typeOf } from '../../src/core/wire/header.ts';
import type { Cluster } from '../cluster.ts';
import type { Observation } from '../observation.ts';
import { Violation } from '../violation.ts';
import type { Checker, CheckerFactory } from './checker.ts';

const NAME = 'traffic';

type Kind = 'data' | 'records' | 'feedback' | 'presence';

const KIND_OF_FRAME: Readonly<Record<number, Kind>> = {
  [FRAME.data]: 'data',
  [FRAME.repair]: 'data',
  [FRAME.tick]: 'data',
  [FRAME.symbols]: 'data',
  [FRAME.page]: 'data',
  [FRAME.root]: 'data',
  // Of anything, but what is long enough to be cut is mostly a symbol.
  [FRAME.piece]: 'data',
  [FRAME.fragment]: 'records',
  [FRAME.hello]: 'presence',
  [FRAME.leave]: 'presence',
  [FRAME.ping]: 'presence',
  [FRAME.pong]: 'presence',
};

/** Everything else asks, answers or reports. */
export const kindOf = (datagram: Bytes): Kind => KIND_OF_FRAME[typeOf(datagram[0] ?? 0)] ?? 'feedback';

/** Of all budgets, so that a run with next to no work has some room. */
const SLACK_PACKETS = 300;
/** Each fragment: sent twice at once and repaired for some fifty members at 20 % loss… */
const FRAGMENT_COPIES_MAX = 8;
/** …and once more for each member that comes, comes back or was cut off. */
const FRAGMENT_COPIES_PER_CATCH_UP = 1;
/** Each symbol likewise; a receiver that accepts later than the others needs a pass of its own. */
const SYMBOL_COPIES_MAX = 8;
/** Receipts, and asks for what was lost. */
const FEEDBACK_PER_RECORD_AND_MEMBER = 10;
const FEEDBACK_PER_RECEPTION = 60;
const FEEDBACK_PER_RECEIVED_BLOCK = 40;
const FEEDBACK_PER_CATCH_UP_AND_MEMBER = 8;
/** A HELLO a second, and replies to newcomers. */
const PRESENCE_PER_MEMBER_AND_SECOND = 4;
/** A ping and a pong with each other member every 25 s. */
const PRESENCE_PER_PAIR_AND_SECOND = 0.1;
const PRESENCE_PER_SESSION_AND_MEMBER = 6;
const CALM_FEEDBACK_PER_MEMBER_MAX = 8;

export const trafficChecker: CheckerFactory = (cluster) => new TrafficChecker(cluster);

class TrafficChecker implements Checker {
  readonly name = NAME;
  private readonly cluster: Cluster;
  private readonly packets: Record<Kind, number> = { data: 0, records: 0, feedback: 0, presence: 0 };
  private feedbackAtCalm = 0;
  /** Times when somebody had to catch up: a new session, a process that continued, a fault of the network. */
  private catchUps = 0;

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  observe(_now: number, observation: Observation): void {
    if (observation.type === 'join' || observation.type === 'continued' || observation.type === 'network') {
      this.catchUps++;
    }
    if (observation.type !== 'sent') return;
    const { bytes } = observation.transmit;
    const { datagramBytesMax, index } = observation.node;
    if (bytes.length > datagramBytesMax) {
      throw new Violation(NAME, `node ${index} sends ${bytes.length} bytes in one datagram`);
    }
    this.packets[kindOf(bytes)]++;
  }

  calm(): void {
    this.feedbackAtCalm = this.packets.feedback;
  }

  finish(): void {
    const inCalm = this.packets.feedback - this.feedbackAtCalm;
    const memberCount = this.cluster.nodes.length;
    if (inCalm > memberCount * CALM_FEEDBACK_PER_MEMBER_MAX) {
      throw new Violation(NAME, `${inCalm} packets of feedback in a calm time`);
    }
    const budgets = this.budgets(memberCount);
    for (const kind of ['data', 'records', 'feedback', 'presence'] as const) {
      const [sent, budget] = [this.packets[kind], SLACK_PACKETS + budgets[kind]];
      if (sent > budget) throw new Violation(NAME, `${sent} packets of ${kind}, above ${Math.round(budget)}`);
    }
  }

  private budgets(memberCount: number): Record<Kind, number> {
    const { ledger, now } = this.cluster;
    const copies = FRAGMENT_COPIES_MAX + FRAGMENT_COPIES_PER_CATCH_UP * this.catchUps;
    const perRecord = FEEDBACK_PER_RECORD_AND_MEMBER * memberCount;
    const perSecond = PRESENCE_PER_MEMBER_AND_SECOND + PRESENCE_PER_PAIR_AND_SECOND * memberCount;
    const budgets: Record<Kind, number> = {
      data: 0,
      records: 0,
      feedback: FEEDBACK_PER_CATCH_UP_AND_MEMBER * this.catchUps * memberCount,
      presence:
        (perSecond * memberCount * now) / 1000 +
        PRESENCE_PER_SESSION_AND_MEMBER * ledger.sessions.length * memberCount,
    };
    for (const record of ledger.records.values()) {
      budgets.records += copies * fragmentCount(record.byteCount);
      budgets.feedback += perRecord;
    }
    for (const { content, receptions, symbolBytes } of ledger.transfers.values()) {
      const size = content.bytes.length;
      const symbolCount = Math.ceil(size / symbolBytes);
      const blockCount = Math.ceil(size / BLOCK_BYTES);
      budgets.data += symbolCount * (SYMBOL_COPIES_MAX + receptions.length);
      budgets.feedback +=
        receptions.length * (FEEDBACK_PER_RECEPTION + FEEDBACK_PER_RECEIVED_BLOCK * blockCount);
    }
    return budgets;
  }
}
