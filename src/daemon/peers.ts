/** Machines that the user named, for networks where multicast does not pass. Remembered. */
import { lookup } from 'node:dns/promises';
import type { EngineCommand } from '../io/engine-messages.ts';
import { PEERS_MAX } from '../io/limits.ts';
import type { Store } from '../store/store.ts';
import { ApiFault } from './fault.ts';

export interface PeersContext {
  readonly store: Store;
  readonly post: (command: EngineCommand) => void;
}

export interface NamedPeer {
  readonly host: string;
  /** Where the name leads now. */
  readonly address: string;
}

const HOST = /^[\p{L}\p{N}]([\p{L}\p{N}.-]{0,252}[\p{L}\p{N}])?$/u;

export class Peers {
  readonly #context: PeersContext;
  /** Host as it was typed → its IPv4 address. */
  readonly #peers = new Map<string, string>();

  constructor(context: PeersContext) {
    this.#context = context;
    for (const host of this.#kept()) this.#peers.set(host, '');
  }

  list(): readonly NamedPeer[] {
    return [...this.#peers].map(([host, address]) => ({ host, address }));
  }

  /** Resolves what is remembered; a name that leads nowhere now may do so at the next start. */
  async start(): Promise<void> {
    await Promise.all(
      [...this.#peers.keys()].map(async (host) => this.#peers.set(host, await addressOf(host))),
    );
    this.#tell();
  }

  async add(text: string): Promise<readonly NamedPeer[]> {
    const host = text.trim().toLowerCase();
    if (!HOST.test(host)) throw new ApiFault('peer-unknown', { host });
    if (!this.#peers.has(host) && this.#peers.size >= PEERS_MAX)
      throw new ApiFault('limit-reached', { detail: host, limit: PEERS_MAX });
    const address = await addressOf(host);
    if (address === '') throw new ApiFault('peer-unknown', { host });
    this.#peers.set(host, address);
    this.#keep();
    return this.list();
  }

  remove(text: string): readonly NamedPeer[] {
    const host = text.trim().toLowerCase();
    if (!this.#peers.delete(host)) throw new ApiFault('peer-unknown', { host });
    this.#keep();
    return this.list();
  }

  #kept(): readonly string[] {
    const text = this.#context.store.settings.get('peers') ?? '';
    return text.split(' ').filter((host) => HOST.test(host));
  }

  #keep(): void {
    const { store } = this.#context;
    const kept = store.attempt(() => store.settings.set('peers', [...this.#peers.keys()].join(' ')));
    if (!kept.ok) throw new ApiFault(kept.error.code, { ...kept.error });
    this.#tell();
  }

  #tell(): void {
    const peers = [...this.#peers.values()].filter((address) => address !== '');
    this.#context.post({ type: 'set-peers', peers });
  }
}

/** The first IPv4 address; empty where the name leads nowhere. */
async function addressOf(host: string): Promise<string> {
  try {
    return (await lookup(host, { family: 4 })).address;
  } catch {
    return '';
  }
}
