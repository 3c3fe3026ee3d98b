/** udpcast, plain and with forward error correction that is tuned by hand for each loss. */
import { snapshot } from '../contestant.ts';
import type { Contestant, Finished, Snapshot, Source } from '../contestant.ts';
import { Program } from '../program.ts';
import type { Conditions, Rig } from '../rig.ts';

/** A receiver that lost its connection reply waits for ever, and the sender for it: such starts are given up. */
const CONNECT_MS_MAX = 4000;
const STARTS_MAX = 12;

export const udpcast: Contestant = {
  name: 'udpcast',
  tunings: () => [],
  run,
};

export const udpcastFec: Contestant = { ...udpcast, name: 'udpcast-fec', tunings: fecTunings };

/** Parity for 128 packets, in 8 interleaved stripes; the best lies near these (to 100 Mbit/s and 8 receivers). */
function fecTunings({ lossPercent }: Conditions): readonly string[] {
  const parities = [4, Math.round(4 + 1.7 * lossPercent), Math.round(8 + 2.4 * lossPercent)];
  return [...new Set(parities.filter((parity) => parity >= 1.2 * lossPercent))].map(
    (parity) => `8x${parity}/128`,
  );
}

interface Started {
  readonly sender: Program;
  readonly receivers: readonly Program[];
  readonly before: Snapshot;
  readonly begunAtMs: number;
}

async function run(
  rig: Rig,
  file: Source,
  tuning: string | undefined,
  deadlineMs: number,
): Promise<Finished> {
  const copies = rig.receivers.map((station) => station.path('out', 'copy'));
  const { sender, receivers, before, begunAtMs } = await start(rig, file, tuning, copies);
  const look = (): Snapshot => snapshot(rig, sender, receivers);
  const begun = { ...look(), atMs: begunAtMs };
  const complete = await sender.line(/Transfer complete/, deadlineMs);
  const end = { ...look(), atMs: complete.atMs };
  await sender.success(deadlineMs);
  const commandEnd = { ...look(), atMs: sender.endedAtMs! };
  await Promise.all(receivers.map((one) => one.success(deadlineMs)));
  return {
    command: { start: { ...before, atMs: sender.startedAtMs }, end: commandEnd },
    transfer: { start: begun, end },
    copies,
    ...(tuning === undefined ? {} : { tuning: `--fec ${tuning}` }),
  };
}

/** Until a start in which every receiver got its connection reply. */
async function start(
  rig: Rig,
  file: Source,
  tuning: string | undefined,
  copies: readonly string[],
): Promise<Started> {
  const place = ['--nokbd', '--interface', 'eth0'];
  const count = ['--min-receivers', String(rig.receivers.length)];
  const sending = ['--full-duplex', '--nopointopoint', ...count, '--rexmit-hello-interval', '200'];
  const code = tuning === undefined ? [] : ['--fec', tuning];
  for (let attempt = 1; ; attempt++) {
    const receivers = rig.receivers.map(
      (station, index) => new Program(station, 'udp-receiver', [...place, '-f', copies[index]!]),
    );
    await Promise.all(receivers.map((one) => one.line(/UDP receiver/, performance.now() + CONNECT_MS_MAX)));
    const before = snapshot(rig, undefined, receivers);
    const sender = new Program(rig.sender, 'udp-sender', [...place, ...sending, ...code, '-f', file.path]);
    try {
      const soon = performance.now() + CONNECT_MS_MAX;
      const begun = await sender.line(/Starting transfer/, soon);
      await Promise.all(receivers.map((one) => one.line(/Connected as/, soon)));
      return { sender, receivers, before, begunAtMs: begun.atMs };
    } catch (error) {
      for (const one of [sender, ...receivers]) one.end('SIGKILL');
      await Promise.all([sender, ...receivers].map((one) => one.exited));
      if (attempt === STARTS_MAX) throw error;
    }
  }
}
