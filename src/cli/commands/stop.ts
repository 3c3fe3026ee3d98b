import { setTimeout as sleep } from 'node:timers/promises';
import { attachOnly, isFree } from '../attach.ts';
import { CommandFailure, EXIT_OK } from '../exit.ts';
import { STOP_MS_MAX } from '../limits.ts';
import type { Context } from '../session.ts';

const CHECK_MS = 50;

/** Ends the profile's daemon and returns when it is gone. Nothing to end is no failure. */
export async function stop({ invocation, output }: Context): Promise<number> {
  const attachment = await attachOnly(invocation);
  if (attachment === undefined) {
    output.note('stop.none');
  } else {
    const { connection } = attachment;
    await connection.request('stop', {});
    await connection.closed;
    const end = performance.now() + STOP_MS_MAX;
    while (!isFree(invocation)) {
      if (performance.now() > end) throw stillBusy(invocation.profile);
      await sleep(CHECK_MS);
    }
    output.note('stop.done');
  }
  output.event({ type: 'result', ok: true });
  return EXIT_OK;
}

/** It said goodbye, and its process is still there. */
const stillBusy = (profile = '') => new CommandFailure('profile-busy', { profile, pid: '?' });
