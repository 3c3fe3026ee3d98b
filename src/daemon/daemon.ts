/**
 * The composition root: a profile's store, its network engine, the use cases and the local API, started in that
 * order and ended in the reverse one. The caller holds the profile's lock.
 */
import { hash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { toHex } from '../base/bytes.ts';
import { ID_BYTES } from '../base/ids.ts';
import type { MemberId } from '../base/ids.ts';
import { err, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { CryptoPort } from '../core/api.ts';
import { nodeCrypto } from '../io/crypto.ts';
import { storeFault } from '../store/faults.ts';
import { openStore } from '../store/store.ts';
import type { Store } from '../store/store.ts';
import type { Language } from '../words/index.ts';
import { removeDoor, writeDoor } from './door.ts';
import { startWorkerEngine } from './engine.ts';
import { Downloads } from './downloads.ts';
import type { StartEngine } from './engine.ts';
import { EngineLink } from './engine-link.ts';
import { Events } from './events.ts';
import { ApiFault, detailOf } from './fault.ts';
import type { Problem } from './fault.ts';
import { openLog, silentLog } from './log.ts';
import { IDLE_CHECK_MS } from './limits.ts';
import type { Log } from './log.ts';
import { defaultDownloads } from './profile.ts';
import type { Profile } from './profile.ts';
import { unlock } from './passphrase.ts';
import { PrekeyCare } from './prekey-care.ts';
import { LocalServer } from './server/local-server.ts';
import { listenAnywhere, listenLocally } from './server/listen.ts';
import type { Listening } from './server/listen.ts';
import { newSecret } from './server/secrets.ts';
import { Settings } from './settings.ts';
import { wire } from './wiring.ts';
import type { Wiring } from './wiring.ts';

export interface DaemonOptions {
  readonly profile: Profile;
  readonly language: Language;
  /** `stay`: until it is stopped. `brief`: until its last client has gone. */
  readonly life: 'stay' | 'brief';
  /** Join what is remembered; otherwise clients ask for the rooms that they need. */
  readonly joinRemembered: 'always' | 'when-named' | 'never';
  /** Take files that are offered. */
  readonly receives: boolean;
  /** Fetch what was said before. */
  readonly catchUp: boolean;
  readonly name?: string | undefined;
  readonly downloads?: string | undefined;
  readonly uiPort?: number | undefined;
  /** Of the private key, where it is wrapped. */
  readonly passphrase?: string | undefined;
  readonly interfaces: readonly string[];
  readonly port: number;
  readonly startEngine?: StartEngine | undefined;
}

export interface Daemon {
  readonly port: number;
  readonly token: string;
  /** The profile was made just now. */
  readonly isFirstStart: boolean;
  /** Ends everything, with LEAVE; idempotent. */
  stop(): Promise<void>;
  /** Settles when it has ended, whoever ended it. The problem that ended it, if one did. */
  readonly ended: Promise<Problem | undefined>;
}

/** Starts everything, or leaves nothing behind and says why not. */
export async function startDaemon(options: DaemonOptions): Promise<Result<Daemon, Problem>> {
  const opened = openStore(options.profile.store);
  if (!opened.ok) return err({ code: opened.error.code, values: { ...opened.error } });
  const locked = await unlock(opened.value.identity, options.passphrase);
  if (locked !== undefined) {
    opened.value.close();
    return err({ code: locked, values: { profile: options.profile.folder } });
  }
  const running = new RunningDaemon(options, opened.value);
  try {
    const started = await running.start();
    if (started.ok) return ok(running);
    await running.stop();
    return started;
  } catch (error) {
    await running.stop();
    if (error instanceof ApiFault) return err({ code: error.code, values: error.values });
    // The first writes of a start find a disk that is full or read-only.
    const fault = storeFault(error, options.profile.store);
    if (fault.code === 'store-failed') throw error;
    return err({ code: fault.code, values: { ...fault } });
  }
}

class RunningDaemon implements Daemon {
  readonly ended: Promise<Problem | undefined>;
  port = 0;
  token = '';
  isFirstStart = false;
  readonly #options: DaemonOptions;
  readonly #store: Store;
  readonly #events: Events;
  readonly #log: Log;
  readonly #link: EngineLink;
  readonly #crypto: CryptoPort;
  readonly #prekeys: PrekeyCare;
  readonly #resolveEnded: (problem: Problem | undefined) => void;
  #wiring: Wiring | undefined;
  #local: LocalServer | undefined;
  #stopping: Promise<void> | undefined;
  #fatal: Problem | undefined;
  #idleCheck: NodeJS.Timeout | undefined;

  constructor(options: DaemonOptions, store: Store) {
    const { promise, resolve } = Promise.withResolvers<Problem | undefined>();
    this.ended = promise;
    this.#resolveEnded = resolve;
    this.#options = options;
    this.#store = store;
    this.#events = new Events(options.language);
    this.#log = this.#openLog();
    store.damage.listen((what) => this.#log.warn({ what }, 'store-damaged-in-part'));
    this.#crypto = nodeCrypto(store.identity.privateKeyPkcs8);
    this.#prekeys = new PrekeyCare(store, this.#crypto);
    this.#link = new EngineLink(this.#events, this.#log, (problem) => {
      this.#fatal ??= problem;
      void this.stop();
    });
  }

  async start(): Promise<Result<void, Problem>> {
    const { options, store } = { options: this.#options, store: this.#store };
    const starts = store.settings.countStart();
    this.isFirstStart = starts === 1;
    this.#log.info({ starts, pid: process.pid, life: options.life }, 'start');
    const id = memberIdOf(store.identity.publicKey);
    const settings = new Settings(id, store, this.#events, (command) => this.#link.post(command));
    if (options.name !== undefined) settings.setName(options.name);
    const downloads = new Downloads(
      { store, events: this.#events, post: (command) => this.#link.post(command) },
      this.#downloads(),
    );
    const listening = await this.#listen();
    if (!listening.ok) return listening;
    this.token = this.#rememberedToken();

    this.#wiring = wire({
      options,
      store,
      events: this.#events,
      link: this.#link,
      settings,
      downloads,
      crypto: this.#crypto,
    });
    this.#local = new LocalServer({
      ...listening.value,
      token: this.token,
      events: this.#events,
      language: options.language,
      log: this.#log,
      spool: options.profile.spool,
      uses: { ...this.#wiring, stop: () => setImmediate(() => void this.stop()) },
      onIdle: () => this.#onIdle(),
    });
    const prekeys = this.#prekeys.tend();
    if (!prekeys.ok) return err({ code: prekeys.error.code, values: { ...prekeys.error } });
    // What was said on the command line counts for this run.
    const interfaces =
      options.interfaces.length > 0 ? options.interfaces : settings.network.presentInterfaces();
    const startEngine = options.startEngine ?? startWorkerEngine;
    const fault = await this.#link.start(startEngine, {
      publicKey: store.identity.publicKey,
      privateKeyPkcs8: store.identity.privateKeyPkcs8,
      name: settings.name,
      colour: settings.colour,
      prekeys: prekeys.value,
      port: options.port,
      interfaces,
      hops: settings.network.active.hops,
      quiet: settings.network.active.quiet,
      groupRange: settings.network.active.groupRange,
      downloads: downloads.path,
      manifests: options.profile.manifests,
      keepParts: this.#wiring.transfers.parts(downloads.path),
    });
    if (fault !== undefined) return err(fault);
    this.#prekeys.start((ring) => this.#link.post({ type: 'set-prekeys', ring }));
    // A name server that does not answer must not hold up the start.
    void this.#wiring.peers.start();
    const joins =
      options.joinRemembered === 'always' || (options.joinRemembered === 'when-named' && settings.named);
    if (joins) this.#wiring.rooms.joinRemembered();
    this.#wiring.startRefresh(() => this.#local?.hasViewers ?? false);
    writeDoor(options.profile, {
      host: hostname(),
      pid: process.pid,
      port: this.port,
      token: this.token,
      udpPort: options.port,
      interfaces: [...interfaces],
      downloads: downloads.path,
    });
    return ok(undefined);
  }

  /** The page has the port that it had; files have one of their own, any. */
  async #listen(): Promise<Result<Listening & { readonly files: Listening }, Problem>> {
    const { options, store } = { options: this.#options, store: this.#store };
    const page = await listenLocally({
      given: options.uiPort,
      remembered: numberOf(store.settings.get('ui-port')),
      brief: options.life === 'brief',
    });
    if (!page.ok) return page;
    const files = await listenAnywhere();
    if (!files.ok) {
      page.value.server.close();
      return files;
    }
    const { port, moved } = page.value;
    this.port = port;
    if (options.life === 'stay' && moved === undefined) store.settings.set('ui-port', String(port));
    if (moved !== undefined) this.#events.stand('ui-port-moved', { port: moved, actual: port });
    return ok({ ...page.value, files: files.value });
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    clearInterval(this.#idleCheck);
    this.#prekeys.close();
    this.#events.emit({ type: 'stopping' });
    this.#wiring?.close();
    await this.#link.stop();
    this.#wiring?.end();
    await this.#local?.close();
    removeDoor(this.#options.profile);
    this.#store.close();
    this.#log.info('end');
    this.#resolveEnded(this.#fatal);
  }

  /** A brief host ends after its last client, and after the files that it has begun to take. */
  #onIdle(): void {
    if (this.#options.life === 'stay' || this.#idleCheck !== undefined) return;
    this.#idleCheck = setInterval(() => {
      if (this.#local?.hasClients === true || this.#wiring?.transfers.receiving === true) return;
      void this.stop();
    }, IDLE_CHECK_MS);
  }

  #downloads(): string {
    const { settings } = this.#store;
    const { downloads } = this.#options;
    if (downloads !== undefined) settings.set('downloads', downloads);
    const folder = settings.get('downloads') ?? defaultDownloads();
    if (this.#options.receives) {
      try {
        mkdirSync(folder, { recursive: true });
      } catch (error) {
        this.#events.stand('downloads-unwritable', { path: folder, error: detailOf(error) });
      }
    }
    return folder;
  }

  /** One for the life of the profile: an installed page and a bookmark go on working after a restart. */
  #rememberedToken(): string {
    const token = this.#store.settings.get('token') ?? newSecret();
    this.#store.settings.set('token', token);
    return token;
  }

  #openLog(): Log {
    const path = this.#options.profile.log;
    try {
      return openLog(path);
    } catch (error) {
      this.#events.stand('log-unwritable', { path, detail: detailOf(error) });
      return silentLog();
    }
  }
}

/** protocol.md §2: the beginning of SHA-256 of the public key. */
function memberIdOf(publicKey: Uint8Array): MemberId {
  return toHex(new Uint8Array(hash('sha256', publicKey, 'buffer')).subarray(0, ID_BYTES)) as MemberId;
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
