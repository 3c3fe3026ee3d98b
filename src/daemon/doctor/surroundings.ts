/** What the doctor asks the system: the rules of the packet filter, the sockets' drops, the default route. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { PacketFilter } from './nft.ts';

export interface Surroundings {
  readonly platform: NodeJS.Platform;
  /** `unreadable`: there is one, and reading it takes more rights. Undefined: none, or not on this system. */
  readonly filter: PacketFilter | 'unreadable' | undefined;
  readonly bufferDrops: number | undefined;
  /** Interface of the default route. */
  readonly defaultRoute: string | undefined;
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
  };
}

async function readFilter(): Promise<PacketFilter | 'unreadable' | undefined> {
  const output = await run('nft', ['-j', 'list', 'ruleset']);
  if (output === 'missing') return undefined;
  if (output === 'failed') return 'unreadable';
  return PacketFilter.parse(output.text);
}

function run(
  program: string,
  args: readonly string[],
): Promise<{ readonly text: string } | 'missing' | 'failed'> {
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
