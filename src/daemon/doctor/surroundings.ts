/** What the doctor asks the system: the rules of the packet filter, the sockets' drops, the default route. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { PacketFilter, type Chain, type IptablesProgram } from './filter.ts';
import { chainsOfIptables } from './iptables.ts';
import { chainsOfNft } from './nft.ts';

export interface Surroundings {
  readonly platform: NodeJS.Platform;
  /** `unreadable`: there is one, and reading it takes more rights. Undefined: none, or not on this system. */
  readonly filter: PacketFilter | 'unreadable' | undefined;
  readonly bufferDrops: number | undefined;
  /** Interface of the default route. */
  readonly defaultRoute: string | undefined;
  /** Which of these is on, as far as anybody may see; undefined: none, or not on this system. */
  readonly keeper: 'ufw' | 'firewalld' | undefined;
}

const COMMAND_MS_MAX = 3_000;
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

export async function lookAround(port: number, unicastPort: number): Promise<Surroundings> {
  const { platform } = process;
  return {
    platform,
    filter: platform === 'linux' ? await readFilter() : undefined,
    bufferDrops: dropsOf(readText('/proc/net/udp'), new Set([port, unicastPort])),
    defaultRoute: defaultRouteOf(readText('/proc/net/route')),
    keeper: platform === 'linux' ? activeKeeper() : undefined,
  };
}

/** Without the rights to read rules: what ufw says in its settings, and whether systemd runs firewalld. */
function activeKeeper(): 'ufw' | 'firewalld' | undefined {
  if (/^ENABLED=yes/m.test(readText('/etc/ufw/ufw.conf') ?? '')) return 'ufw';
  return existsSync('/sys/fs/cgroup/system.slice/firewalld.service') ? 'firewalld' : undefined;
}

/** Either kind of iptables, each with rules of its own; the plain names are one of both where these are missing. */
const IPTABLES = [
  'iptables-nft',
  'iptables-legacy',
  'ip6tables-nft',
  'ip6tables-legacy',
] as const satisfies readonly IptablesProgram[];
const PLAIN_IPTABLES = ['iptables', 'ip6tables'] as const satisfies readonly IptablesProgram[];

type Output = { readonly text: string } | 'missing' | 'failed';

async function readFilter(): Promise<PacketFilter | 'unreadable' | undefined> {
  const [nft, ...saved] = await Promise.all([
    run('nft', ['-j', 'list', 'ruleset']),
    ...IPTABLES.map((program) => savedBy(program)),
  ]);
  if (saved.every(({ output }) => output === 'missing'))
    saved.push(...(await Promise.all(PLAIN_IPTABLES.map((program) => savedBy(program)))));
  const outputs = [nft, ...saved.map(({ output }) => output)];
  const chains = chainsOf(nft, saved);
  if (chains.length === 0 && outputs.includes('failed')) return 'unreadable';
  return outputs.every((output) => output === 'missing') ? undefined : new PacketFilter(chains);
}

interface Saved {
  readonly program: IptablesProgram;
  readonly output: Output;
}

const savedBy = async (program: IptablesProgram): Promise<Saved> => ({
  program,
  output: await run(`${program}-save`, []),
});

/** What iptables lists itself goes before what `nft` shows of the same. */
function chainsOf(nft: Output, saved: readonly Saved[]): readonly Chain[] {
  const ofIptables = saved.flatMap(({ program, output }) =>
    typeof output === 'object' ? chainsOfIptables(output.text, program) : [],
  );
  const ofNft = typeof nft === 'object' ? (chainsOfNft(nft.text) ?? []) : [];
  const listed = new Set(
    saved.flatMap(({ program, output }) =>
      typeof output === 'object' && !program.endsWith('legacy')
        ? chainsOfIptables(output.text, program).map(({ family, table }) => `${family} ${table}`)
        : [],
    ),
  );
  return [...ofNft.filter(({ family, table }) => !listed.has(`${family} ${table}`)), ...ofIptables];
}

function run(program: string, args: readonly string[]): Promise<Output> {
  // Administrators' programs are in folders that an ordinary PATH leaves out.
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C' };
  return new Promise((resolve) => {
    execFile(
      program,
      [...args],
      { env, timeout: COMMAND_MS_MAX, maxBuffer: OUTPUT_BYTES_MAX },
      (error, stdout) => {
        if (error === null) resolve({ text: stdout });
        else resolve(error.code === 'ENOENT' ? 'missing' : 'failed');
      },
    );
  });
}

/** The last column of the sockets on these ports; undefined where there is no such table. */
export function dropsOf(table: string | undefined, ports: ReadonlySet<number>): number | undefined {
  if (table === undefined) return undefined;
  let drops = 0;
  for (const line of table.split('\n').slice(1)) {
    const columns = line.trim().split(/\s+/);
    const port = Number.parseInt(columns[1]?.split(':')[1] ?? '', 16);
    if (ports.has(port)) drops += Number(columns.at(-1)) || 0;
  }
  return drops;
}

/** The interface whose destination and mask are zero. */
export function defaultRouteOf(table: string | undefined): string | undefined {
  for (const line of table?.split('\n').slice(1) ?? []) {
    const columns = line.trim().split(/\s+/);
    if (columns[1] === '00000000' && columns[7] === '00000000') return columns[0];
  }
  return undefined;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
