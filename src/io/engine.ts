/**
 * The network engine: one core with its sockets, files, clock and crypto. It speaks engine-messages and nothing
 * else, so it does not know whether it runs in a worker or in a test.
 */
import { randomInt } from 'node:crypto';
import { UsageError } from '../base/assert.ts';
import { seededRandom } from '../base/prng.ts';
import type { MemberId } from '../base/ids.ts';
import { err, ok, type Result } from '../base/result.ts';
import { createKernel } from '../core/fec/kernel.ts';
import type { Counters, PeerApi, PeerConfig } from '../core/api.ts';
import { GROUP_RANGE, roomGroups } from '../core/room/groups.ts';
import { blockBuffers } from '../core/transfer/file.ts';
import type { ClassicCommand } from './classic/messages.ts';
import { ClassicRoom } from './classic/room.ts';
import type { ClassicOptions } from './classic/room.ts';
import { monotonicClock, nap } from './clock.ts';
import { isKeyPair, nodeCrypto } from './crypto.ts';
import { Driver } from './driver.ts';
import { performPrivate } from './engine-private.ts';
import type { EngineCommand, EngineConfig, EngineEvent, ForwardedEvent } from './engine-messages.ts';
import { FileService } from './files/file-service.ts';
import { removeStaleParts } from './files/part-file.ts';
import { CLOCK_INTERVAL_MS, WAYS_INTERVAL_MS } from './limits.ts';
import { removeStaleManifests, removeStalePacks } from './pack/stale.ts';
import { interfaceView, InterfaceWatch } from './interface-watch.ts';
import { chooseInterfaces, datagramBytesMax, hasIpv4, listInterfaces } from './interfaces.ts';
import type { NetworkInterface } from './interfaces.ts';
import { networkFacts, type AskNetwork } from './network-facts.ts';
import type { IoFault, IoProblem } from './problems.ts';
import { Beats } from './sockets/beats.ts';
import { Ways } from './ways.ts';
import type { ChosenSockets } from './sockets/choose.ts';
import type { DatagramPort } from './sockets/port.ts';

export interface EngineParts {
  readonly sockets: ChosenSockets;
  readonly createPeer: (config: PeerConfig) => PeerApi;
  readonly post: (event: EngineEvent) => void;
}

/** All but `stop`, which is `Engine.stop`. */
type RunningCommand = Exclude<EngineCommand, { type: 'stop' }>;
/** All but those that begin with a file, or are of the room `classic`. */
type CoreCommand = Exclude<
  RunningCommand,
  | ClassicCommand
  | {
      type:
        | 'offer'
        | 'restore-transfer'
        | 'file-kept'
        | 'remove-part'
        | 'set-downloads'
        | 'ask-classic-members'
        | 'set-peers';
    }
>;

const CLASSIC_COMMANDS: ReadonlySet<string> = new Set<ClassicCommand['type']>([
  'classic-join',
  'classic-quit',
  'classic-say',
  'classic-send',
  'classic-cancel',
]);
const isClassic = (command: EngineCommand): command is ClassicCommand => CLASSIC_COMMANDS.has(command.type);

/** Clicks on a transfer. */
const OF_RUNNING_TRANSFER: ReadonlySet<string> = new Set([
  'accept',
  'decline',
  'cancel',
  'pause',
  'unpause',
  'retry',
  'reoffer',
  'ask-member',
]);

/** Builds everything and posts `started`, or returns why that is impossible. */
export async function startEngine(
  config: EngineConfig,
  parts: EngineParts,
): Promise<Result<Engine, IoFault>> {
  if (!isKeyPair(config)) return err({ code: 'key-mismatch', values: {} });
  const choice = chooseInterfaces(listInterfaces(), config.interfaces);
  if (!choice.ok) return choice;
  const { used, problems } = choice.value;
  const onProblem = (problem: IoProblem): void => parts.post({ type: 'problem', ...problem });

  // The port and the files report to the driver, which cannot be built before them.
  const late: { driver?: Driver } = {};
  const opened = parts.sockets.open({
    port: config.port,
    interfaces: used,
    hops: config.hops ?? 1,
    loopbackOnly: config.interfaces.length > 0 && used.every((one) => one.loopback),
    handlers: {
      onDatagram: (from, bytes, waitedMs, byMulticast, isOwn) => {
        // The core has no use for its own words, and while it says much they would fill its inbox.
        if (!isOwn) late.driver?.received(from, bytes, waitedMs, byMulticast);
      },
      isBehind: () => late.driver?.isBehind() ?? false,
      onDrain: () => late.driver?.drained(),
      onProblem,
    },
  });
  if (!opened.ok) return opened;
  const port = opened.value;

  const buffers = blockBuffers();
  const bytesMax = datagramBytesMax(used);
  const peer = parts.createPeer({
    buffers,
    crypto: nodeCrypto(config.privateKeyPkcs8),
    kernel: createKernel(),
    random: seededRandom(randomInt(2 ** 32)),
    ...ownOf(config),
    unicastPort: port.unicastPort,
    datagramBytesMax: bytesMax,
    quiet: config.quiet ?? false,
  });
  await removeStale(config, peer.id);
  const files = new FileService({
    downloads: config.downloads,
    manifests: config.manifests,
    profile: peer.id,
    buffers,
    post: parts.post,
    run: (command) => late.driver?.run(command),
  });
  const ways = new Ways(peer.id, config.port, config.peers ?? [], config.quiet);
  ways.setHasIpv4(hasIpv4(used));
  const beats = startBeats(config, used, () => late.driver, { port, ways });
  const driver = new Driver({
    peer,
    port,
    clock: monotonicClock,
    nap,
    groups: (room) => roomGroups(room, config.groupRange),
    ways,
    datagramBytesMax: bytesMax,
    onPresence: (isInRoom) => beats?.setInRoom(isInRoom),
    onEvent: (event) => {
      if (!files.handle(event)) parts.post({ type: 'core', event: event as ForwardedEvent });
    },
  });
  late.driver = driver;
  const timers = startTimers(driver);
  const { classic, watch } = watchInterfaces(config, used, parts.post, {
    profile: peer.id,
    downloads: () => files.downloads,
    onChange: (present) => {
      port.setInterfaces(present);
      beats?.use(present);
      ways.setHasIpv4(hasIpv4(present));
      driver.run((core, now) => core.networkChanged(now));
    },
  });
  parts.post(startedWith(parts.sockets, port, used));
  for (const problem of problems) onProblem(problem);
  const network = networkFacts(config, parts.sockets, port, beats);
  return ok(new Engine(parts.post, { driver, port, files, watch, classic, timers, network, ways, beats }));
}

/** What members see of the profile. */
function ownOf({
  publicKey,
  name,
  colour,
  prekeys = [],
}: EngineConfig): Pick<PeerConfig, 'publicKey' | 'name' | 'colour' | 'prekeys'> {
  return { publicKey, name, colour, prekeys };
}

function startedWith(
  { path, reason }: ChosenSockets,
  { unicastPort }: DatagramPort,
  used: readonly NetworkInterface[],
): EngineEvent {
  const pathReason = reason === undefined ? {} : { pathReason: reason };
  return { type: 'started', unicastPort, interfaces: used.map(interfaceView), path, ...pathReason };
}

/** What earlier runs of this profile left in its folders, and nothing goes on with. */
async function removeStale(
  { downloads, manifests, keepParts }: EngineConfig,
  profile: MemberId,
): Promise<void> {
  await removeStaleParts(downloads, profile, Date.now(), new Set(keepParts));
  await removeStalePacks(downloads, profile, Date.now());
  await removeStaleManifests(manifests);
}

/** What the core is told now and then. */
function startTimers(driver: Driver): readonly NodeJS.Timeout[] {
  const tellTime = (): void => driver.run((core, now) => core.setClock(now, Date.now()));
  tellTime();
  driver.updateWays();
  return [setInterval(tellTime, CLOCK_INTERVAL_MS), setInterval(() => driver.updateWays(), WAYS_INTERVAL_MS)];
}

/** None in quiet mode, where nothing is said that nobody asked for. */
function startBeats(
  { port, quiet, groupRange = GROUP_RANGE }: EngineConfig,
  used: readonly NetworkInterface[],
  driver: () => Driver | undefined,
  renewing: { readonly port: DatagramPort; readonly ways: Ways },
): Beats | undefined {
  if (quiet === true) return undefined;
  const beats = new Beats({
    port,
    group: `${groupRange}.255.254`,
    present: () => driver()?.presentHosts() ?? new Set(),
    isMovingFiles: () => driver()?.isMovingFiles() ?? false,
    onPause: (isPaused) => {
      renewing.port.pauseRenewing(isPaused);
      renewing.ways.setPaused(isPaused);
    },
  });
  beats.use(used);
  return beats;
}

/** What goes by the interfaces that there are at the moment. */
function watchInterfaces(
  config: EngineConfig,
  used: readonly NetworkInterface[],
  post: (event: EngineEvent) => void,
  {
    onChange,
    ...received
  }: Pick<ClassicOptions, 'profile' | 'downloads'> & {
    readonly onChange: (present: readonly NetworkInterface[]) => void;
  },
): { readonly classic: ClassicRoom; readonly watch: InterfaceWatch } {
  const onProblem = (problem: IoProblem): void => post({ type: 'problem', ...problem });
  let present = used;
  const classic = new ClassicRoom({
    interfaces: () => present,
    ...received,
    post: (event) => post({ type: 'classic', event }),
    onProblem,
  });
  const watch = new InterfaceWatch(config.interfaces, used, (next) => {
    present = next.used;
    onChange(next.used);
    classic.setInterfaces(next.used);
    post({ type: 'interfaces', interfaces: next.used.map(interfaceView) });
    for (const problem of next.problems) onProblem(problem);
  });
  return { classic, watch };
}

interface RunningParts {
  readonly driver: Driver;
  readonly port: DatagramPort;
  readonly files: FileService;
  readonly watch: InterfaceWatch;
  readonly classic: ClassicRoom;
  readonly timers: readonly NodeJS.Timeout[];
  readonly ways: Ways;
  readonly network: AskNetwork;
  readonly beats: Beats | undefined;
}

/** A running engine. */
export class Engine {
  readonly #post: (event: EngineEvent) => void;
  readonly #driver: Driver;
  readonly #port: DatagramPort;
  readonly #files: FileService;
  readonly #watch: InterfaceWatch;
  readonly #classic: ClassicRoom;
  readonly #timers: readonly NodeJS.Timeout[];
  readonly #ways: Ways;
  readonly #network: AskNetwork;
  readonly #beats: Beats | undefined;
  #stopping: Promise<void> | undefined;

  constructor(post: (event: EngineEvent) => void, parts: RunningParts) {
    this.#post = post;
    this.#driver = parts.driver;
    this.#port = parts.port;
    this.#files = parts.files;
    this.#watch = parts.watch;
    this.#classic = parts.classic;
    this.#timers = parts.timers;
    this.#ways = parts.ways;
    this.#network = parts.network;
    this.#beats = parts.beats;
  }

  /** A command that the core refuses is a `command-refused` problem: the caller is in another thread. */
  command(command: RunningCommand): void {
    if (this.#stopping !== undefined) return;
    try {
      this.#perform(command);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      // The transfer ended while the click was on its way: what was wanted is so.
      if (OF_RUNNING_TRANSFER.has(command.type)) return;
      const token = 'token' in command ? { token: command.token } : {};
      const values = { command: command.type, detail: error.message, ...token };
      this.#post({ type: 'problem', code: 'command-refused', values });
      if (command.type === 'ask-members') {
        this.#post({ type: 'members', request: command.request, members: [] });
      }
    }
  }

  /** LEAVE everywhere, then everything closes, then `stopped`. Idempotent. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#watch.stop();
    for (const timer of this.#timers) clearInterval(timer);
    this.#driver.run((peer, now) => peer.shutdown(now));
    await this.#driver.stop();
    this.#beats?.close();
    await Promise.all([this.#files.stop(), this.#port.close(), this.#classic.stop()]);
    this.#post({ type: 'stopped' });
  }

  #perform(command: RunningCommand): void {
    if (isClassic(command)) return this.#classic.perform(command);
    if (command.type === 'set-peers') {
      this.#ways.setPeers(command.peers);
      return this.#driver.updateWays();
    }
    const isOfTransfer = OF_RUNNING_TRANSFER.has(command.type) && 'transfer' in command;
    if (isOfTransfer && this.#files.defers(command.transfer, () => this.command(command))) return;
    const begins = command.type === 'accept' || command.type === 'retry';
    if (begins && command.folder !== undefined)
      this.#files.takeInto(command.transfer, command.folder, command.file);
    if (command.type === 'offer') void this.#files.offer(command);
    else if (command.type === 'restore-transfer') void this.#files.restore(command);
    else if (command.type === 'file-kept') this.#files.settle(command.transfer);
    else if (command.type === 'remove-part') void this.#files.removePart(command.transfer, command.folder);
    else if (command.type === 'set-downloads') {
      this.#files.setDownloads(command.folder);
    } else if (command.type === 'ask-classic-members') {
      const { request } = command;
      this.#post({ type: 'classic-members', request, members: this.#classic.members() });
    } else this.#driver.run((peer, now) => this.#call(peer, now, command));
  }

  #call(peer: PeerApi, now: number, command: CoreCommand): void {
    switch (command.type) {
      case 'rename':
        return peer.rename(now, command.name);
      case 'set-colour':
        return peer.setColour(now, command.colour);
      case 'join':
        return peer.join(now, command.room, command.history);
      case 'quit':
        return peer.quit(now, command.room);
      case 'probe':
        return peer.probe(now, command.room);
      case 'say':
        return peer.say(now, command.room, command.text, command.at, command.token, command.replyTo);
      case 'annotate':
        return peer.annotate(now, command.room, command.target, command.what, command.at, command.token);
      case 'typing':
        return peer.typing(now, command.room);
      case 'records-kept':
        return peer.recordsKept(now, command.room, command.serial);
      case 'records-read':
        return peer.recordsRead(now, command.room, command.request, command.records);
      case 'record-stored':
        return peer.recordStored(now, command.room, command.id);
      case 'accept':
        return peer.accept(now, command.transfer);
      case 'decline':
        return peer.decline(now, command.transfer, command.reason);
      case 'cancel':
        return peer.cancel(now, command.transfer);
      case 'pause':
        return peer.pause(now, command.transfer);
      case 'unpause':
        return peer.unpause(now, command.transfer);
      case 'retry':
        return peer.retry(now, command.transfer);
      case 'reoffer':
        return peer.reoffer(now, command.transfer);
      case 'ask-member':
        return peer.askMember(now, command.transfer, command.member);
      case 'remove-member':
        return peer.removeMember(now, command.room, command.member);
      case 'restore-member':
        return peer.restoreMember(now, command.room, command.member);
      case 'ask-members': {
        const { request, room } = command;
        return this.#post({ type: 'members', request, members: peer.members(now, room) });
      }
      case 'ask-counters':
        return this.#post({ type: 'counters', request: command.request, counters: this.#counters(peer) });
      case 'ask-network': {
        const { request, rooms } = command;
        const joined = rooms.map((room) => ({ room, links: peer.links(now, room) }));
        const facts = this.#network(joined, this.#counters(peer), this.#driver.traffic());
        return this.#post({ type: 'network', request, facts });
      }
      default:
        return performPrivate(peer, now, command);
    }
  }

  #counters(peer: PeerApi): Counters {
    return { ...peer.counters(), ...this.#port.counters(), ...this.#driver.counters() };
  }
}
