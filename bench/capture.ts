/** The file's packets as they leave the sender's link, after its queue: times alone, by tcpdump in the sender's namespace. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { packetsOf } from '../test/lab/pcap.ts';
import { Program } from './program.ts';
import type { Station } from './rig.ts';

/** `version << 5 | type`, the first byte of a datagram (docs/protocol.md §4). */
const DATA = 0x30;
const REPAIR = 0x31;
/** Ethernet, IPv4 without options, UDP, and the first bytes of the frame: type, epoch, transfer, block, symbol. */
const SNAP_BYTES = 14 + 20 + 8 + 12;
const FRAME_AT = 14 + 20 + 8;
const START_MS_MAX = 5000;
const HANDED_OVER_MS = 200;

export interface FilePacket {
  /** On the clock of `performance.now()`. */
  readonly atMs: number;
  readonly isRepair: boolean;
  readonly block: number;
  readonly symbol: number;
}

export class Capture {
  readonly #program: Program;
  readonly #path: string;

  private constructor(program: Program, path: string) {
    this.#program = program;
    this.#path = path;
  }

  static async start(station: Station): Promise<Capture> {
    const path = station.path('capture.pcap');
    const filter = `udp[8] = ${DATA} or udp[8] = ${REPAIR}`;
    const flags = [
      '-i',
      'eth0',
      '-Z',
      'root',
      '-U',
      '--immediate-mode',
      '-B',
      '16384',
      '-s',
      String(SNAP_BYTES),
      '-w',
      path,
    ];
    const program = new Program(station, 'tcpdump', [...flags, '-Q', 'out', filter]);
    await program.line(/listening on/, performance.now() + START_MS_MAX);
    return new Capture(program, path);
  }

  async stop(): Promise<FilePacket[]> {
    // What it was not handed yet would be lost.
    await sleep(HANDED_OVER_MS);
    this.#program.end('SIGINT');
    await this.#program.exited;
    return parse(readFileSync(this.#path));
  }
}

function parse(file: Buffer): FilePacket[] {
  const packets: FilePacket[] = [];
  for (const { unixMs, bytes } of packetsOf(file)) {
    if (bytes.length < SNAP_BYTES) continue;
    packets.push({
      atMs: unixMs - performance.timeOrigin,
      isRepair: bytes[FRAME_AT] === REPAIR,
      block: bytes.readUIntBE(FRAME_AT + 6, 3),
      symbol: bytes.readUIntBE(FRAME_AT + 9, 3),
    });
  }
  return packets;
}
