/** What every contestant is asked to do, and what a run of it gives. */
import type { Conditions, Rig, Traffic } from './rig.ts';

/** What is sent: a file, or a folder. */
export interface Source {
  readonly path: string;
  readonly bytes: number;
}

/** Read at the beginning and at the end of a transfer. */
export interface Snapshot {
  readonly atMs: number;
  readonly sender: Traffic;
  readonly receivers: Traffic;
  readonly senderCpuS: number;
  readonly receiversCpuS: number;
}

export interface Finished {
  /** When the sending command was started and when it ended, or would have. */
  readonly command: { readonly start: Snapshot; readonly end: Snapshot };
  /** From the first data, or from the offer to members who are there, to the last receiver's confirmation. */
  readonly transfer: { readonly start: Snapshot; readonly end: Snapshot };
  /** What the program itself says that the transfer took, where it says so. */
  readonly claimedS?: number;
  readonly copies: readonly string[];
  /** How it was tuned for this run. */
  readonly tuning?: string;
}

export interface Contestant {
  readonly name: string;
  /** Settings to try before the first run of a cell; the best of them is kept. None: nothing to tune. */
  tunings(conditions: Conditions): readonly string[];
  run(rig: Rig, file: Source, tuning: string | undefined, deadlineMs: number): Promise<Finished>;
}

const NOTHING: Traffic = { sentBytes: 0, sentPackets: 0, receivedBytes: 0, receivedPackets: 0 };

function add(one: Traffic, other: Traffic): Traffic {
  return {
    sentBytes: one.sentBytes + other.sentBytes,
    sentPackets: one.sentPackets + other.sentPackets,
    receivedBytes: one.receivedBytes + other.receivedBytes,
    receivedPackets: one.receivedPackets + other.receivedPackets,
  };
}

interface Clocked {
  cpuSeconds(): number;
}

export function snapshot(rig: Rig, sender: Clocked | undefined, receivers: readonly Clocked[]): Snapshot {
  return {
    atMs: performance.now(),
    sender: rig.sender.traffic(),
    receivers: rig.receivers.map((station) => station.traffic()).reduce(add, NOTHING),
    senderCpuS: sender?.cpuSeconds() ?? 0,
    receiversCpuS: receivers.reduce((sum, program) => sum + program.cpuSeconds(), 0),
  };
}
