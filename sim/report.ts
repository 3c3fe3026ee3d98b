/** A run in words. */
import type { RunFailure, RunOptions, RunResult } from './scenario.ts';

export function describeResult(result: RunResult): string {
  const { seed, fingerprint, network, failure } = result;
  return [
    failure === undefined ? 'clean ' : 'FAILED',
    `seed ${String(seed).padStart(4)}`,
    `trace ${fingerprint}`,
    `${(result.virtualMs / 1000).toFixed(0).padStart(4)} s virtual`,
    `${(result.realMs / 1000).toFixed(1).padStart(5)} s real`,
    `${result.recordCount} records`,
    `${result.transferCount} files`,
    `${network.sentPackets} sent`,
    `${network.deliveredPackets} delivered`,
    `${network.lostPackets} lost`,
    `${network.overflowedPackets} overflowed`,
  ].join('  ');
}

export function describeFailure(failure: RunFailure): string {
  const lines = failure.lastLines.map((line) => `    ${line}`);
  return [...lines, `  ${failure.checker}: ${failure.stack ?? failure.message}`].join('\n');
}

/** The command that runs the same again, to the bit. */
export function replayCommand(options: Omit<RunOptions, 'seed'>, seed: number): string {
  const flags = [`--seed ${seed}`, `--members ${options.memberCount}`];
  if (options.loss !== undefined) flags.push(`--loss ${options.loss}`);
  if (options.scenario !== 'random') flags.push(`--scenario ${options.scenario}`);
  if (options.signatures !== undefined && options.signatures !== 'ed25519') {
    flags.push(`--signatures ${options.signatures}`);
  }
  return `npm run sim -- ${flags.join(' ')}`;
}
