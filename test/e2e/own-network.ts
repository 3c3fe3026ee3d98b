/**
 * Runs the whole browser suite, with Chromium and every daemon, in a network of its own: only loopback, shared with
 * nobody, so that no other Starling of the machine is heard and nothing leaves it. A process-id namespace goes with
 * it, so that whatever ends the suite ends all that it started.
 */
import { spawnSync } from 'node:child_process';
import { PATH } from '../system.ts';

const INSIDE = 'STARLING_E2E_NETWORK';

/** Starts this same process again inside, and ends with its status. Without the right to, the suite runs as it is. */
export function enterOwnNetwork(): void {
  if (process.env[INSIDE] !== undefined || !canMakeNetworks()) return;
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
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
