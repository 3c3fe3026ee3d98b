/**
 * Hosts on one Ethernet, made of network namespaces: each host is a namespace with one veth, and the other ends sit
 * on a bridge in a namespace of its own, so that the machine's own interfaces are never touched. UDP offloads are
 * off, so that one drop decision is one packet. Everything is named after this process; what a dead run left behind
 * is swept when the next one begins.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { PATH } from '../system.ts';

const PREFIX = 'starling-lab-';
const env = { ...process.env, PATH };
let labCount = 0;

/** Where packets are dropped. `wire`: on the cable, unseen by the sender. `host`: in the host's own firewall. */
export type LossAt = 'wire' | 'host';

export interface Loss {
  /** Of 1000 UDP packets to the host, how many are lost; likewise from it. */
  readonly inPerMille: number;
  readonly outPerMille: number;
  readonly at: LossAt;
  /**
   * So many packets of a file in a row are lost, and of these the share is the same; not given: each by chance. Small packets
   * pass, for the few that come when nothing is sent would be lost for seconds, which is no burst.
   */
  readonly burst?: number;
}

export interface Counted {
  readonly packets: number;
  readonly bytes: number;
}

export interface NetworkHost {
  readonly namespace: string;
  readonly address: string;
  /** Starts a program inside the host; it is killed with the network, if not before. */
  spawn(program: string, args: readonly string[], options?: SpawnOptions): ChildProcess;
  /** Runs a program inside the host and returns what it printed; throws where it fails. */
  run(program: string, ...args: string[]): string;
  /** What the host's interface has sent and received, Ethernet headers included. */
  counters(): { readonly sent: Counted; readonly received: Counted };
  /** Limits what the host sends; packets wait in a queue of at most `queueMs`, and further ones are dropped. */
  limitRate(megabitsPerSecond: number, queueMs?: number): void;
  /** The same for what the switch sends to the host: a bottleneck that several senders share. */
  limitReceiving(megabitsPerSecond: number, queueMs?: number): void;
  /** The port of the switch that the host is on takes no longer packets than that, and tells nobody. */
  limitPortMtu(mtuBytes: number): void;
  /** Replaces the losses to and from this host. */
  setLoss(loss: Loss): void;
  /** IPv4 groups that the host's interface is a member of (`ip maddr`). */
  groups(): string[];
}

export interface Network {
  readonly hosts: readonly NetworkHost[];
  close(): void;
}

function system(program: string, args: readonly string[], input?: string): string {
  return execFileSync(program, args, { env, input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
}
const ip = (...args: string[]): string => system('ip', args);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function namespacesOf(prefix: string): string[] {
  const listed = ip('netns', 'list').split('\n');
  return listed.map((line) => line.split(' ')[0] ?? '').filter((name) => name.startsWith(prefix));
}

/** Deletes namespaces, after what still runs in them: a namespace lives as long as a process in it does. */
function deleteNamespaces(names: readonly string[]): void {
  for (const name of names) {
    const inside = spawnSync('ip', ['netns', 'pids', name], { env, encoding: 'utf8' }).stdout ?? '';
    for (const pid of inside.split('\n').filter(Boolean).map(Number)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
    spawnSync('ip', ['netns', 'del', name], { env });
  }
}

function sweepDeadRuns(): void {
  const dead = namespacesOf(PREFIX).filter((name) => {
    const pid = Number(name.slice(PREFIX.length).split('-')[0]);
    return Number.isInteger(pid) && pid > 0 && !isAlive(pid);
  });
  deleteNamespaces(dead);
}

const open = new Set<Network>();
const closeAll = (): void => {
  for (const network of open) network.close();
};
const endBySignal = (signal: NodeJS.Signals): void => {
  closeAll();
  process.exit(signal === 'SIGINT' ? 130 : 143);
};

function watchForTheEnd(): void {
  process.on('exit', closeAll);
  process.on('SIGINT', endBySignal);
  process.on('SIGTERM', endBySignal);
}

const OFFLOADS = ['tso', 'gso', 'gro', 'tx-udp-segmentation', 'rx-udp-gro-forwarding', 'rx-gro-list'];

function offloadsOff(namespace: string, device: string): void {
  const switches = OFFLOADS.flatMap((name) => [name, 'off']);
  ip('netns', 'exec', namespace, 'ethtool', '-K', device, ...switches);
}

function nft(namespace: string, rules: string): void {
  system('ip', ['netns', 'exec', namespace, 'nft', '-f', '-'], rules);
}

function shape(namespace: string, device: string, megabitsPerSecond: number, queueMs = 50): void {
  const bucket = ['tbf', 'rate', `${megabitsPerSecond}mbit`, 'burst', '32kb', 'latency', `${queueMs}ms`];
  system('tc', ['-n', namespace, 'qdisc', 'replace', 'dev', device, 'root', ...bucket]);
}

/** Of what says something about a file, a STATUS is the largest, and rarely so large. */
const SMALL_BYTES = 1000;

interface Chain {
  readonly hook: string;
  /** Which packets, beside being UDP. */
  readonly match: string;
  /** `undefined`: nothing is dropped. */
  readonly drop: string | undefined;
}

/** Which packets a chain drops, in nftables' words. */
function dropped(perMille: number, burst: number | undefined): string | undefined {
  if (perMille === 0) return undefined;
  if (burst === undefined) return `numgen random mod 1000 < ${perMille}`;
  return `meta length > ${SMALL_BYTES} numgen inc mod ${Math.round((burst * 1000) / perMille)} < ${burst}`;
}

/** Replaces a table of chains that drop a share of the UDP packets passing their hook. */
function dropTable(namespace: string, table: string, chains: readonly Chain[]): void {
  const lines = chains.flatMap(({ hook, match, drop }, index) => [
    `chain c${index} {`,
    `type filter hook ${hook} priority 0; policy accept;`,
    drop === undefined ? '' : `${match} meta l4proto udp ${drop} drop`,
    '}',
  ]);
  nft(
    namespace,
    [`table ${table}`, `delete table ${table}`, `table ${table} {`, ...lines, '}', ''].join('\n'),
  );
}

function wireLoss(namespace: string, device: string, drop: string | undefined): void {
  const chain = { hook: `ingress device "${device}"`, match: '', drop };
  dropTable(namespace, `netdev loss_${device}`, [chain]);
}

function hostLoss(namespace: string, dropIn: string | undefined, dropOut: string | undefined): void {
  dropTable(namespace, 'inet loss', [
    { hook: 'input', match: 'iifname eth0', drop: dropIn },
    { hook: 'output', match: 'oifname eth0', drop: dropOut },
  ]);
}

function makeHost(
  namespace: string,
  bridge: string,
  index: number,
  children: Set<ChildProcess>,
): NetworkHost {
  const address = `10.77.0.${index + 1}`;
  const port = `p${index}`;
  ip('netns', 'add', namespace);
  ip('link', 'add', 'eth0', 'netns', namespace, 'type', 'veth', 'peer', 'name', port, 'netns', bridge);
  ip('-n', bridge, 'link', 'set', port, 'master', 'br0', 'up');
  ip('-n', namespace, 'address', 'add', `${address}/24`, 'broadcast', '+', 'dev', 'eth0');
  ip('-n', namespace, 'link', 'set', 'lo', 'up');
  ip('-n', namespace, 'link', 'set', 'eth0', 'mtu', '1500', 'up');
  offloadsOff(namespace, 'eth0');
  offloadsOff(bridge, port);
  const inside = (program: string, args: readonly string[]): string[] => [
    'netns',
    'exec',
    namespace,
    program,
    ...args,
  ];
  const host: NetworkHost = {
    namespace,
    address,
    spawn(program, args, options = {}) {
      // `ip netns exec` replaces itself by the program, so the pid is the program's own.
      const child = spawn('ip', inside(program, args), { env, ...options });
      children.add(child);
      child.once('exit', () => children.delete(child));
      return child;
    },
    run: (program, ...args) => system('ip', inside(program, args)),
    counters() {
      const [link] = JSON.parse(ip('-n', namespace, '-j', '-s', 'link', 'show', 'eth0')) as [
        { stats64: { rx: Counted; tx: Counted } },
      ];
      return { sent: link.stats64.tx, received: link.stats64.rx };
    },
    limitRate: (megabitsPerSecond, queueMs) => shape(namespace, 'eth0', megabitsPerSecond, queueMs),
    limitReceiving: (megabitsPerSecond, queueMs) => shape(bridge, port, megabitsPerSecond, queueMs),
    limitPortMtu: (mtuBytes) => void ip('-n', bridge, 'link', 'set', port, 'mtu', String(mtuBytes)),
    setLoss({ inPerMille, outPerMille, at, burst }) {
      const onWire = at === 'wire';
      const [dropIn, dropOut] = [dropped(inPerMille, burst), dropped(outPerMille, burst)];
      wireLoss(namespace, 'eth0', onWire ? dropIn : undefined);
      wireLoss(bridge, port, onWire ? dropOut : undefined);
      hostLoss(namespace, onWire ? undefined : dropIn, onWire ? undefined : dropOut);
    },
    groups() {
      const [entry] = JSON.parse(ip('-n', namespace, '-j', 'maddr', 'show', 'dev', 'eth0')) as [
        { maddr: { family?: string; address?: string }[] },
      ];
      return entry.maddr.flatMap((group) =>
        group.family === 'inet' && group.address ? [group.address] : [],
      );
    },
  };
  return host;
}

/** A switch with `hostCount` hosts, 10.77.0.1 onwards, that lose nothing yet. */
export function openNetwork(hostCount: number): Network {
  if (labCount === 0) {
    sweepDeadRuns();
    watchForTheEnd();
  }
  const mine = `${PREFIX}${process.pid}-${labCount++}-`;
  const bridge = `${mine}switch`;
  const children = new Set<ChildProcess>();
  const hosts: NetworkHost[] = [];
  const network: Network = {
    hosts,
    close() {
      if (!open.delete(network)) return;
      for (const child of children) child.kill('SIGKILL');
      deleteNamespaces(namespacesOf(mine));
    },
  };
  open.add(network);
  try {
    ip('netns', 'add', bridge);
    ip('-n', bridge, 'link', 'add', 'br0', 'type', 'bridge', 'mcast_snooping', '0');
    // Changed once, it does not follow the smallest of its ports any more.
    ip('-n', bridge, 'link', 'set', 'br0', 'mtu', '1499', 'up');
    ip('-n', bridge, 'link', 'set', 'br0', 'mtu', '1500');
    for (let index = 0; index < hostCount; index++) {
      hosts.push(makeHost(`${mine}h${index}`, bridge, index, children));
    }
  } catch (error) {
    network.close();
    throw error;
  }
  return network;
}
