/**
 * Runs the whole browser suite, with Chromium and every daemon, in a network of its own: only loopback, shared with
 * nobody, so that no other Starling of the machine is heard and nothing leaves it. A process-id namespace goes with
 * it, so that whatever ends the suite ends all that it started. Each worker of Playwright then moves on to a network
 * that is its alone, so that what two of them try at once is not heard by each other either.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { PATH } from '../system.ts';

const INSIDE = 'STARLING_E2E_NETWORK';

/**
 * Starts this same process again inside, and ends with its status. Without the right to, the suite runs as it is.
 * Tells whether this is inside.
 */
export function enterOwnNetwork(): boolean {
  if (process.env[INSIDE] !== undefined) return true;
  if (!canMakeNetworks()) return false;
  // The workers call the kernel by `node:ffi`, which says that it is experimental.
  const again = [
    process.execPath,
    ...process.execArgv,
    '--disable-warning=ExperimentalWarning',
    ...process.argv.slice(1),
  ];
  const inside = ['unshare', ...NAMESPACES, 'sh', '-c', 'ip link set lo up && "$@"; exit $?', 'sh', ...again];
  // Should this process be killed, the one inside must not stay behind.
  const child = spawnSync('setpriv', ['--pdeathsig', 'KILL', ...inside], {
    stdio: 'inherit',
    env: { ...process.env, PATH, [INSIDE]: 'own' },
  });
  process.exit(child.status ?? 1);
}

const NAMESPACES = ['--net', '--pid', '--mount-proc', '--fork', '--kill-child=KILL'];

function canMakeNetworks(): boolean {
  const probe = spawnSync('unshare', [...NAMESPACES, 'ip', 'link', 'set', 'lo', 'up'], {
    env: { ...process.env, PATH },
    stdio: 'ignore',
  });
  return probe.status === 0;
}

/** `sched.h` */
const CLONE_NEWNET = 0x4000_0000;

/**
 * A network for this worker alone, before it starts anything. It is the main thread that moves: the processes that it
 * starts and the sockets that it opens from now on are in the new network.
 */
export async function enterNetworkOfWorker(): Promise<void> {
  if (process.env[INSIDE] === undefined) return;
  const { dlopen } = await import('node:ffi');
  const { functions } = dlopen('libc.so.6', {
    unshare: { arguments: ['int32'], return: 'int32' },
  } as const);
  if (functions.unshare(CLONE_NEWNET) !== 0) throw new Error('a worker got no network of its own');
  execFileSync('ip', ['link', 'set', 'lo', 'up'], { env: { ...process.env, PATH } });
}
