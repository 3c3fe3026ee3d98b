/** UFTP at the send rate that suits it best: it has no rate of its own but by TFMCC, which is slower here. */
import { basename, dirname } from 'node:path';
import { snapshot } from '../contestant.ts';
import type { Contestant, Finished, Snapshot, Source } from '../contestant.ts';
import { Program } from '../program.ts';
import type { Conditions, Rig } from '../rig.ts';

/** As fast as the socket takes it. */
const UNLIMITED = '-1';
const SETTLE_MS = 300;

export const uftp: Contestant = {
  name: 'uftp',
  tunings,
  run,
};

/** Rates in kbit/s, likely ones first. Two cores carry to N receivers about 1.4 Gbit/s divided by N. */
function tunings({ limitMbit, receiverCount }: Conditions): readonly string[] {
  if (limitMbit !== undefined) return [limitMbit * 1000, limitMbit * 970].map(String).concat(UNLIMITED);
  return [1.3, 0.6, 0.9, 1.9]
    .map((share) => String(Math.round((share * 1_400_000) / receiverCount)))
    .concat(UNLIMITED);
}

const idOf = (index: number): string => `0x${(index + 1).toString(16).padStart(8, '0')}`;

async function run(rig: Rig, file: Source, tuning = UNLIMITED, deadlineMs: number): Promise<Finished> {
  // Without a route for the groups uftp refuses to send.
  rig.sender.host.run('ip', 'route', 'add', '224.0.0.0/4', 'dev', 'eth0');
  const receivers = rig.receivers.map((station, index) => {
    const buffers = ['-B', '4000000', '-c', '4000000'];
    const folder = dirname(station.path('out', 'any'));
    return new Program(station, 'uftpd', [
      '-d',
      '-q',
      '-D',
      folder,
      '-I',
      'eth0',
      ...buffers,
      '-U',
      idOf(index),
    ]);
  });
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const before = snapshot(rig, undefined, receivers);
  const ids = receivers.map((_, index) => idOf(index)).join(',');
  const sending = ['-B', '262144', '-I', 'eth0', '-b', '1400', '-r', '0.05:0.005:1', '-R', tuning];
  const sender = new Program(rig.sender, 'uftp', [...sending, '-H', ids, file.path]);
  const look = (): Snapshot => snapshot(rig, sender, receivers);
  const started = await sender.line(/Starting pass 1|Sending section 0/, deadlineMs);
  const start = { ...look(), atMs: started.atMs };
  const elapsed = await sender.line(/Total elapsed time: ([\d.]+) seconds/, deadlineMs);
  const end = { ...look(), atMs: elapsed.atMs };
  await sender.success(deadlineMs);
  const commandEnd = { ...look(), atMs: sender.endedAtMs! };
  for (const one of receivers) one.end();
  return {
    command: { start: { ...before, atMs: sender.startedAtMs }, end: commandEnd },
    transfer: { start, end },
    claimedS: Number(elapsed.match[1]),
    copies: rig.receivers.map((station) => `${station.folder}/out/${basename(file.path)}`),
    tuning: `-R ${tuning}`,
  };
}
