/** The packets of a file that tcpdump wrote on this machine (pcap, little-endian, microseconds). */
const GLOBAL_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;

export interface CapturedPacket {
  readonly unixMs: number;
  /** What was kept of it, from the Ethernet header on: a view into the file's bytes. */
  readonly bytes: Buffer;
}

/** A last record that was cut off is left out. */
export function* packetsOf(file: Buffer): IterableIterator<CapturedPacket> {
  let at = GLOBAL_HEADER_BYTES;
  while (at + RECORD_HEADER_BYTES <= file.length) {
    const unixMs = file.readUInt32LE(at) * 1000 + file.readUInt32LE(at + 4) / 1000;
    const start = at + RECORD_HEADER_BYTES;
    at = start + file.readUInt32LE(at + 8);
    if (at <= file.length) yield { unixMs, bytes: file.subarray(start, at) };
  }
}
