/** System programs that the lab, the browser tests and the bench need: which are missing, and installing them where we may. */
import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** `nft`, `tc` and their like are in sbin, which a plain login's PATH leaves out. */
export const PATH = [
  process.env['PATH'] ?? '',
  ...(process.platform === 'win32' ? [] : ['/usr/sbin', '/sbin']),
].join(delimiter);

function hasProgram(name: string): boolean {
  return PATH.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function hasChineseFont(): boolean {
  if (existsSync('/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc')) return true;
  const listed = spawnSync('fc-list', [':lang=zh-cn', 'family'], { encoding: 'utf8' });
  return listed.status === 0 && listed.stdout.trim() !== '';
}

interface Need {
  /** What a person calls it. */
  readonly name: string;
  /** The Debian package that brings it. */
  readonly debianPackage: string;
  readonly present: () => boolean;
}

export type Suite = 'lab' | 'e2e' | 'bench';

const NEEDS: Record<Suite, readonly Need[]> = {
  lab: [
    { name: 'ip', debianPackage: 'iproute2', present: () => hasProgram('ip') && hasProgram('tc') },
    { name: 'nft', debianPackage: 'nftables', present: () => hasProgram('nft') },
    // Of which iptables-legacy-save, iptables-nft and the like for IPv6 are part.
    { name: 'iptables', debianPackage: 'iptables', present: () => hasProgram('iptables-nft') },
    { name: 'ethtool', debianPackage: 'ethtool', present: () => hasProgram('ethtool') },
    { name: 'tcpdump', debianPackage: 'tcpdump', present: () => hasProgram('tcpdump') },
    // The member of the original tool that `classic` is tried with is written in it.
    { name: 'python3', debianPackage: 'python3', present: () => hasProgram('python3') },
  ],
  e2e: [
    { name: 'Chromium', debianPackage: 'chromium', present: () => hasProgram('chromium') },
    { name: 'a Chinese font', debianPackage: 'fonts-noto-cjk', present: hasChineseFont },
  ],
  bench: [
    { name: 'uftp', debianPackage: 'uftp', present: () => hasProgram('uftp') && hasProgram('uftpd') },
    { name: 'udp-sender', debianPackage: 'udpcast', present: () => hasProgram('udp-sender') },
    { name: 'libnorm', debianPackage: 'libnorm-dev', present: () => existsSync('/usr/include/normApi.h') },
    { name: 'gcc', debianPackage: 'gcc', present: () => hasProgram('gcc') },
    {
      name: 'the headers of the C library',
      debianPackage: 'libc6-dev',
      present: () => existsSync('/usr/include/stdio.h'),
    },
    { name: 'iperf3', debianPackage: 'iperf3', present: () => hasProgram('iperf3') },
    { name: 'tcpdump', debianPackage: 'tcpdump', present: () => hasProgram('tcpdump') },
    { name: 'ping', debianPackage: 'iputils-ping', present: () => hasProgram('ping') },
  ],
};

const isRoot = (): boolean => process.getuid?.() === 0;

function isDebian(): boolean {
  try {
    return /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8')) && hasProgram('apt-get');
  } catch {
    return false;
  }
}

function aptGet(...args: string[]): boolean {
  const done = spawnSync('apt-get', ['-q', ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PATH, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: 300_000,
  });
  return done.status === 0;
}

/** Installs what is missing, as root on Debian; elsewhere, and where it fails, the suites are skipped. */
export function installMissing(suites: readonly Suite[]): void {
  const missing = suites.flatMap((suite) => NEEDS[suite]).filter((need) => !need.present());
  if (missing.length === 0 || !isRoot() || !isDebian()) return;
  const packages = missing.map((need) => need.debianPackage);
  process.stdout.write(`Installing: ${packages.join(' ')}\n`);
  const install = ['install', '-y', '--no-install-recommends', ...packages];
  // An old package index is the usual reason for a refusal, and a fresh machine has none.
  if (!aptGet(...install)) {
    aptGet('update');
    aptGet(...install);
  }
}

/** Why a suite cannot run here, or undefined where it can. */
export function reasonToSkip(suite: Suite): string | undefined {
  if (suite !== 'e2e' && process.platform !== 'linux') return 'network namespaces need Linux';
  const missing = NEEDS[suite].filter((need) => !need.present());
  if (missing.length > 0) {
    const names = missing.map((need) => need.name).join(', ');
    const packages = missing.map((need) => need.debianPackage).join(' ');
    return `missing: ${names} (on Debian: apt-get install ${packages})`;
  }
  if (suite !== 'e2e') return reasonAgainstNamespaces();
  return undefined;
}

function reasonAgainstNamespaces(): string | undefined {
  if (!isRoot()) return 'network namespaces need root (sudo npm test)';
  const name = `st${process.pid}probe`;
  try {
    execFileSync('ip', ['netns', 'add', name], { stdio: 'pipe', env: { ...process.env, PATH } });
    execFileSync('ip', ['netns', 'exec', name, 'nft', 'add', 'table', 'inet', 'probe'], {
      stdio: 'pipe',
      env: { ...process.env, PATH },
    });
    return undefined;
  } catch (error) {
    const detail = error instanceof Error ? (error.message.split('\n').at(-2) ?? error.message) : '';
    return `this machine does not let us make network namespaces with nftables: ${detail}`;
  } finally {
    spawnSync('ip', ['netns', 'del', name], { env: { ...process.env, PATH } });
  }
}
