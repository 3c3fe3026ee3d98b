/**
 * One sender and N receivers on the lab's bridge, and a folder for each on a file system in memory where there is
 * one. A rig serves one run: a contestant that hung leaves nothing behind for the next.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { openNetwork } from '../test/lab/network.ts';
import type { Network, NetworkHost } from '../test/lab/network.ts';

const MEMORY = '/dev/shm';
const CHUNK_BYTES = 8 * 1024 * 1024;

/** What a link is like in one cell of a table. */
export interface Conditions {
  readonly receiverCount: number;
  readonly lossPercent: number;
  /** Of the sender's link; undefined: none. */
  readonly limitMbit: number | undefined;
  readonly queueMs: number;
}

export interface Traffic {
  readonly sentBytes: number;
  readonly sentPackets: number;
  readonly receivedBytes: number;
  readonly receivedPackets: number;
}

export class Station {
  readonly host: NetworkHost;
  /** On the same file system as the source file: profiles, outputs and logs of one run. */
  readonly folder: string;
  readonly #keeper: ChildProcess;

  constructor(host: NetworkHost, folder: string) {
    this.host = host;
    this.folder = folder;
    // Its /proc/PID/net shows the namespace's counters, so that reading them starts no process amid a measurement.
    this.#keeper = host.spawn('cat', [], { stdio: ['pipe', 'ignore', 'ignore'] });
  }

  /** What the interface has sent and received, Ethernet headers included. */
  traffic(): Traffic {
    const table = readFileSync(`/proc/${this.#keeper.pid}/net/dev`, 'utf8');
    const numbers = /eth0:(.*)/.exec(table)?.[1]?.trim().split(/\s+/).map(Number) ?? [];
    const at = (index: number): number => numbers[index] ?? 0;
    return { receivedBytes: at(0), receivedPackets: at(1), sentBytes: at(8), sentPackets: at(9) };
  }

  /** A path in this station's folder; its parent exists. */
  path(...names: string[]): string {
    const path = join(this.folder, ...names);
    mkdirSync(join(path, '..'), { recursive: true });
    return path;
  }
}

export class Rig {
  readonly conditions: Conditions;
  readonly sender: Station;
  readonly receivers: readonly Station[];
  /** Further hosts that take no part in a transfer and lose nothing. */
  readonly bystanders: readonly Station[];
  readonly #network: Network;
  readonly #folder: string;

  /** `base`: where its folders are, if not in memory. */
  constructor(conditions: Conditions, bystanderCount = 0, base?: string) {
    this.conditions = conditions;
    this.#folder = temporaryFolder(base);
    const { receiverCount } = conditions;
    this.#network = openNetwork(1 + receiverCount + bystanderCount);
    const stations = this.#network.hosts.map((host, index) => {
      const folder = join(this.#folder, `h${index}`);
      mkdirSync(folder);
      return new Station(host, folder);
    });
    this.sender = stations[0]!;
    this.receivers = stations.slice(1, 1 + receiverCount);
    this.bystanders = stations.slice(1 + receiverCount);
    const inPerMille = Math.round(conditions.lossPercent * 10);
    if (inPerMille > 0) {
      for (const { host } of this.receivers) host.setLoss({ inPerMille, outPerMille: 0, at: 'wire' });
    }
    if (conditions.limitMbit !== undefined) {
      this.sender.host.limitRate(conditions.limitMbit, conditions.queueMs);
    }
  }

  close(): void {
    this.#network.close();
    forget(this.#folder);
  }
}

const folders = new Set<string>();
process.once('exit', () => [...folders].forEach(forget));

export function temporaryFolder(base = existsSync(MEMORY) ? MEMORY : tmpdir()): string {
  const folder = mkdtempSync(join(base, 'starling-bench-'));
  folders.add(folder);
  return folder;
}

export function forget(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
}

/** A file of random bytes, which nothing on the way can compress. */
export class SourceFile {
  readonly path: string;
  readonly bytes: number;
  readonly #folder = temporaryFolder();

  constructor(bytes: number, name = 'data.bin') {
    this.bytes = bytes;
    this.path = join(this.#folder, name);
    const file = openSync(this.path, 'w');
    for (let at = 0; at < bytes; at += CHUNK_BYTES) {
      writeSync(file, randomBytes(Math.min(CHUNK_BYTES, bytes - at)));
    }
    closeSync(file);
  }

  close(): void {
    forget(this.#folder);
  }

  /** Undefined where the file at `path` is the same, byte by byte; otherwise what is wrong with it. */
  compare(path: string): string | undefined {
    if (!existsSync(path)) return `${path} is missing`;
    return readFileSync(path).equals(readFileSync(this.path)) ? undefined : `${path} differs`;
  }
}
