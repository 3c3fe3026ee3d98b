/**
 * The wire is used sparingly: no datagram is too large, files and messages are repaired but not repeated without
 * end, feedback is a small share of what it is about, and a quiet room costs HELLOs and pings and nothing else.
 */
import type { Bytes } from '../../src/base/bytes.ts';
import { DATAGRAM_BYTES_MAX } from '../../src/core/limits.ts';
import { FRAME, typeOf } from '../../src/core/wire/header.ts';
import { Violation } from '../violation.ts';
import type { Checker, CheckerFactory } from './checker.ts';

const NAME = 'traffic';

type Kind = 'data' | 'records' | 'feedback' | 'presence';

const KIND_OF_FRAME: Readonly<Record<number, Kind>> = {
  [FRAME.data]: 'data',
  [FRAME.page]: 'data',
  [FRAME.root]: 'data',
  [FRAME.fragment]: 'records',
  [FRAME.hello]: 'presence',
  [FRAME.leave]: 'presence',
  [FRAME.ping]: 'presence',
  [FRAME.pong]: 'presence',
};

/** Everything else asks, answers or reports. */
export const kindOf = (datagram: Bytes): Kind => KIND_OF_FRAME[typeOf(datagram[0] ?? 0)] ?? 'feedback';

const CALM_FEEDBACK_PACKETS_PER_MEMBER_MAX = 8;

export const trafficChecker: CheckerFactory = ({ nodes }): Checker => {
  const packets: Record<Kind, number> = { data: 0, records: 0, feedback: 0, presence: 0 };
  let feedbackAtCalm = 0;

  return {
    name: NAME,
    observe(_now, observation) {
      if (observation.type !== 'sent') return;
      const { bytes } = observation.transmit;
      if (bytes.length > DATAGRAM_BYTES_MAX) {
        throw new Violation(
          NAME,
          `node ${observation.node.index} sends ${bytes.length} bytes in one datagram`,
        );
      }
      packets[kindOf(bytes)]++;
    },
    calm() {
      feedbackAtCalm = packets.feedback;
    },
    finish() {
      const inCalm = packets.feedback - feedbackAtCalm;
      if (inCalm > nodes.length * CALM_FEEDBACK_PACKETS_PER_MEMBER_MAX) {
        throw new Violation(NAME, `${inCalm} packets of feedback in a calm time`);
      }
    },
  };
};
