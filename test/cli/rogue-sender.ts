/** A member who offers any bytes at all as a pack: an engine of the house, with a core that says of each file that it is one. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Peer } from '../../src/core/peer.ts';
import { publicRoomId } from '../../src/core/room/groups.ts';
import type { Engine } from '../../src/io/engine.ts';
import { startEngine } from '../../src/io/engine.ts';
import type { EngineEvent } from '../../src/io/engine-messages.ts';
import { generateKeyPair, nodeCrypto } from '../../src/io/crypto.ts';
import { listInterfaces } from '../../src/io/interfaces.ts';
import { chooseSockets } from '../../src/io/sockets/choose.ts';

const SEND_MS_MAX = 20_000;

export class RogueSender {
  readonly #engine: Engine;
  readonly #folder: string;
  readonly #heard: EngineEvent[];
  #entries: number | undefined;
  #token = 0;

  private constructor(engine: Engine, folder: string, heard: EngineEvent[]) {
    this.#engine = engine;
    this.#folder = folder;
    this.#heard = heard;
  }

  static async start(folder: string, port: number): Promise<RogueSender> {
    const pair = generateKeyPair();
    const heard: EngineEvent[] = [];
    const late: { rogue?: RogueSender } = {};
    const interfaces = listInterfaces().filter((one) => one.loopback);
    const started = await startEngine(
      {
        ...pair,
        name: 'Rogue',
        port,
        interfaces: interfaces.map(({ name }) => name),
        downloads: folder,
        manifests: join(folder, 'packs'),
      },
      {
        sockets: await chooseSockets(undefined),
        createPeer: (config) => {
          const peer = new Peer(config);
          const offer = peer.offer.bind(peer);
          peer.offer = (now, room, file, ...rest) => {
            const entries = late.rogue?.entries;
            offer(now, room, entries === undefined ? file : { ...file, pack: { entries } }, ...rest);
          };
          return peer;
        },
        post: (event) => {
          heard.push(event);
          if (event.type === 'core') setImmediate(() => late.rogue?.store(event.event));
        },
      },
    );
    if (!started.ok) throw new Error(started.error.code);
    const rogue = new RogueSender(started.value, folder, heard);
    late.rogue = rogue;
    const room = publicRoomId(nodeCrypto(pair.privateKeyPkcs8), 'lobby');
    started.value.command({ type: 'join', room, history: { records: [], floors: [], catchUp: false } });
    return rogue;
  }

  get entries(): number | undefined {
    return this.#entries;
  }

  store(event: Extract<EngineEvent, { type: 'core' }>['event']): void {
    if (event.type === 'keep-record')
      this.#engine.command({ type: 'records-kept', room: event.room, serial: event.serial });
    if (event.type !== 'store-record') return;
    this.#engine.command({ type: 'record-stored', room: event.room, id: event.id });
  }

  /** Offers the bytes, and returns what became of them at the first who took them. `entries`: of a pack, as it is said to be. */
  async send(name: string, content: Uint8Array, entries?: number): Promise<string> {
    const path = join(this.#folder, `rogue-${++this.#token}`);
    writeFileSync(path, content);
    this.#entries = entries;
    const from = this.#heard.length;
    const room = this.#room();
    this.#engine.command({ type: 'offer', room, path, name, at: Date.now(), token: this.#token });
    const end = performance.now() + SEND_MS_MAX;
    while (performance.now() < end) {
      for (const event of this.#heard.slice(from)) {
        if (event.type !== 'core') continue;
        if (event.event.type === 'transfer-done') return 'done';
        if (event.event.type === 'transfer-failed') return event.event.reason;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`nothing became of ${name}`);
  }

  async stop(): Promise<void> {
    await this.#engine.stop();
  }

  #room() {
    for (const event of this.#heard) {
      if (event.type === 'core' && event.event.type === 'room-joined') return event.event.room;
    }
    throw new Error('in no room');
  }
}
