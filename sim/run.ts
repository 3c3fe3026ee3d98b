/**
 * `npm run sim -- --seed S [--seeds K] [--members N] [--loss P] [--scenario NAME] [--signatures KIND] [--verbose]`,
 * `npm run sim -- --private --seed S [--seeds K]`,
 * and `npm run soak`. Exit status: 0 clean, 1 a run failed, 2 a usage error.
 */
import { parseArgs } from 'node:util';

import type { SignatureKind } from './crypto.ts';
import { isScenarioName, SCENARIO_NAMES } from './profiles.ts';
import { describeFailure, describeResult, replayCommand } from './report.ts';
import { runPrivate } from './private/scenario.ts';
import { SCALE_USAGE, scaleCommand } from './scale/command.ts';
import { runScenario, type RunOptions, type RunResult } from './scenario.ts';
import { runSeeds } from './seeds.ts';

/** Fifty members, a fifth of the packets lost, a hundred seeds. */
const SOAK = { members: '50', loss: '0.2', seeds: '100' };

const USAGE = `usage: npm run sim -- [--seed S] [--seeds K] [--members N] [--loss P] [--scenario NAME]
                     [--signatures ed25519|insecure-mac] [--private] [--verbose] [--soak]
  --seed S       the first seed (1)
  --seeds K      how many seeds, in parallel (1)
  --members N    members of the cluster (10)
  --loss P       mean loss of a link, 0 to 0.9; drawn from the seed where it is not given
  --scenario     ${SCENARIO_NAMES.join(', ')} (random)
  --verbose      print every observation; for one seed
  --private      members of a private room change it at random; --members and --loss come from the seed
  --soak         ${Object.entries(SOAK)
    .map(([name, value]) => `--${name} ${value}`)
    .join(' ')}, unless given
${SCALE_USAGE}`;

interface Request {
  readonly options: Omit<RunOptions, 'seed'>;
  readonly firstSeed: number;
  readonly seedCount: number;
  readonly isVerbose: boolean;
  readonly isPrivate: boolean;
}

async function main(args: readonly string[]): Promise<number> {
  const scaled = args.includes('--scale') ? scaleCommand(args) : undefined;
  if (scaled !== undefined) return scaled;
  const request = parseRequest(args);
  if (request === undefined) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const { options, firstSeed, seedCount, isVerbose, isPrivate } = request;
  const startedAt = performance.now();
  let failedCount = 0;
  const report = (result: RunResult): void => {
    process.stdout.write(`${describeResult(result)}\n`);
    if (result.failure === undefined) return;
    failedCount++;
    const replay = isPrivate
      ? `npm run sim -- --private --seed ${result.seed}`
      : replayCommand(options, result.seed);
    process.stdout.write(`${describeFailure(result.failure)}\n  replay: ${replay}\n`);
  };
  if (seedCount === 1) {
    const print = isVerbose ? (line: string): void => void process.stdout.write(`${line}\n`) : undefined;
    const run = { ...options, seed: firstSeed, ...(print && { print }) };
    report(isPrivate ? runPrivate(run) : runScenario(run));
  } else {
    const seeds = Array.from({ length: seedCount }, (_, index) => firstSeed + index);
    await runSeeds({ ...options, isPrivate }, seeds, report);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    process.stdout.write(`${seedCount - failedCount} of ${seedCount} seeds clean in ${seconds} s\n`);
  }
  return failedCount === 0 ? 0 : 1;
}

function parseRequest(args: readonly string[]): Request | undefined {
  let values: ReturnType<typeof readFlags>;
  try {
    values = readFlags(args);
  } catch {
    return undefined;
  }
  const defaults = values.soak === true ? SOAK : { members: '10', loss: undefined, seeds: '1' };
  const firstSeed = Number(values.seed ?? '1');
  const seedCount = Number(values.seeds ?? defaults.seeds);
  const memberCount = Number(values.members ?? defaults.members);
  const lossText = values.loss ?? defaults.loss;
  const loss = lossText === undefined ? undefined : Number(lossText);
  const scenario = values.scenario ?? 'random';
  const signatures = values.signatures ?? 'ed25519';
  const isValid =
    isCount(firstSeed + 1) &&
    isCount(seedCount) &&
    isCount(memberCount) &&
    memberCount <= 250 &&
    (loss === undefined || (loss >= 0 && loss <= 0.9)) &&
    isSignatureKind(signatures);
  if (!isValid || !isScenarioName(scenario)) return undefined;
  return {
    options: { memberCount, scenario, signatures, ...(loss !== undefined && { loss }) },
    firstSeed,
    seedCount,
    isVerbose: values.verbose === true,
    isPrivate: values.private === true,
  };
}

function readFlags(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string' },
      members: { type: 'string' },
      loss: { type: 'string' },
      scenario: { type: 'string' },
      signatures: { type: 'string' },
      verbose: { type: 'boolean' },
      private: { type: 'boolean' },
      soak: { type: 'boolean' },
    },
  }).values;
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;
const isSignatureKind = (text: string): text is SignatureKind =>
  text === 'ed25519' || text === 'insecure-mac';

process.exitCode = await main(process.argv.slice(2));
