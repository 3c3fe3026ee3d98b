/**
 * Who was removed and does not go away: stays in the room's groups by a program of its own, keeps every packet that
 * reaches its host, and tries all keys that its store ever held on them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ChildProcess } from 'node:child_process';
import { createIdentity } from '../../sim/crypto.ts';
import type { Bytes } from '../../src/base/bytes.ts';
import { seededRandom } from '../../src/base/prng.ts';
import { DEFAULT_PORT } from '../../src/core/limits.ts';
import { decodeEpoch } from '../../src/core/secrecy/epoch.ts';
import { epochKeys, SlotTable } from '../../src/core/secrecy/key-schedule.ts';
import type { RoomKeys } from '../../src/core/secrecy/key-schedule.ts';
import { openFrame } from '../../src/core/secrecy/sealed-frame.ts';
import { PUBLIC_EPOCH } from '../../src/core/wire/data.ts';
import { FRAME, typeOf } from '../../src/core/wire/header.ts';
import { openEnvelope } from '../../src/io/envelope.ts';
import { packetsOf } from './pcap.ts';
import type { Person } from './person.ts';

/** Ethernet, IPv4 without options, UDP. */
const FRAME_AT = 14 + 20 + 8;

const JOIN = `
  const socket = require('node:dgram').createSocket({ type: 'udp4', reuseAddr: true });
  socket.bind(${DEFAULT_PORT}, () => {
    for (const group of process.argv.slice(2)) socket.addMembership(group, process.argv[1]);
    process.stdout.write('joined');
  });`;

export interface Captured {
  /** Unix milliseconds. */
  readonly atMs: number;
  readonly frame: Bytes;
  /** By this host, for others. */
  readonly passedOn: boolean;
}

interface KeySet {
  readonly keys: RoomKeys;
  readonly slots: SlotTable;
}

export interface Loot {
  /** Frames under the seal, and how many of them some key opened. */
  readonly sealed: number;
  readonly opened: number;
  /** Datagrams of files, and how many of them are marked with an epoch whose secret is known. */
  readonly data: number;
  readonly ofKnownEpoch: number;
}

const { crypto } = createIdentity(seededRandom(1), 'ed25519');

export class Eavesdropper {
  readonly #person: Person;
  readonly #path: string;
  readonly #tcpdump: ChildProcess;

  private constructor(person: Person, path: string, tcpdump: ChildProcess) {
    this.#person = person;
    this.#path = path;
    this.#tcpdump = tcpdump;
  }

  static async on(person: Person, groups: readonly string[]): Promise<Eavesdropper> {
    const path = person.pathFor('capture.pcap');
    const flags = ['-i', 'eth0', '-Z', 'root', '-U', '--immediate-mode', '-B', '65536', '-w', path, 'udp'];
    const tcpdump = person.host.spawn('tcpdump', flags, { stdio: ['ignore', 'ignore', 'pipe'] });
    await output(tcpdump.stderr, 'listening on');
    const member = person.host.spawn(process.execPath, ['-e', JOIN, person.host.address, ...groups], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await output(member.stdout, 'joined');
    return new Eavesdropper(person, path, tcpdump);
  }

  /** Everything that came since then. */
  async stop(sinceMs: number): Promise<Captured[]> {
    const ended = new Promise((done) => this.#tcpdump.once('close', done));
    this.#tcpdump.kill('SIGINT');
    await ended;
    return parse(readFileSync(this.#path)).filter(({ atMs }) => atMs >= sinceMs);
  }

  /** What all keys of its store get out of these. */
  loot(captured: readonly Captured[]): Loot {
    const keySets = this.#keySets();
    // 0: under the secret that the offer itself carries, as in public rooms.
    const knownEpochs = new Set([PUBLIC_EPOCH, ...keySets.map(({ keys }) => keys.tag[0])]);
    const sealed = captured.filter(({ frame }) => isOf(frame, 'sealed'));
    const data = captured.filter(({ frame }) => isOf(frame, 'data') || isOf(frame, 'repair'));
    const opened = sealed.filter(({ frame }) =>
      keySets.some(({ keys, slots }) => openFrame(crypto, keys, slots, frame).ok),
    );
    return {
      sealed: sealed.length,
      opened: opened.length,
      data: data.length,
      ofKnownEpoch: data.filter(({ frame }) => knownEpochs.has(frame[1])).length,
    };
  }

  #keySets(): KeySet[] {
    const store = new DatabaseSync(join(this.#person.profile, 'starling.db'), { readOnly: true });
    const rows = store.prepare('SELECT bytes, secret FROM epochs').all();
    store.close();
    return rows.map((row) => {
      const epoch = decodeEpoch(crypto, new Uint8Array(row['bytes'] as Uint8Array));
      if (epoch === undefined) throw new Error('the store has an epoch that is none');
      const keys = epochKeys(crypto, epoch.id, new Uint8Array(row['secret'] as Uint8Array));
      const members = epoch.members.map(({ member }) => member);
      return { keys, slots: new SlotTable(crypto, keys, members) };
    });
  }
}

const isOf = (frame: Bytes, type: keyof typeof FRAME): boolean => typeOf(frame[0] as number) === FRAME[type];

function output(stream: NodeJS.ReadableStream | null, text: string): Promise<void> {
  return new Promise((resolve) => {
    let seen = '';
    stream?.setEncoding('utf8').on('data', (part: string) => {
      seen += part;
      if (seen.includes(text)) resolve();
    });
  });
}

/** What was passed on, out of its envelope. */
function parse(file: Buffer): Captured[] {
  const captured: Captured[] = [];
  for (const { unixMs, bytes } of packetsOf(file)) {
    if (bytes.length <= FRAME_AT) continue;
    const frame = new Uint8Array(bytes.subarray(FRAME_AT));
    const envelope = openEnvelope(frame);
    captured.push({
      atMs: unixMs,
      frame: envelope?.inner ?? frame,
      passedOn: envelope?.kind === 'from',
    });
  }
  return captured;
}
