/**
 * Requests to end. The first one ends gracefully, with LEAVE; a second Ctrl-C forces. Under the launcher a Ctrl-C on
 * a terminal reaches this process twice, directly and forwarded, so the two are counted apart.
 */
const EXIT_BY_SIGNAL = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGPIPE: 0 } as const;

export type StopReason = keyof typeof EXIT_BY_SIGNAL;

export const exitStatusOfSignal = (reason: StopReason): number => EXIT_BY_SIGNAL[reason];

export interface StopRequest {
  /** Settles with the first reason. */
  readonly requested: Promise<StopReason>;
  stop(reason: StopReason): void;
}

/** Set by `bin/starling.js` for the child that it starts. */
const LAUNCHED = 'STARLING_LAUNCHED';

export function watchSignals(): StopRequest {
  const { promise, resolve } = Promise.withResolvers<StopReason>();
  const interrupts = { own: 0, forwarded: 0 };
  const interrupted = (from: keyof typeof interrupts): void => {
    interrupts[from]++;
    if (Math.max(interrupts.own, interrupts.forwarded) > 1) process.exit(EXIT_BY_SIGNAL.SIGINT);
    resolve('SIGINT');
  };
  process.on('SIGINT', () => interrupted('own'));
  process.on('SIGTERM', () => resolve('SIGTERM'));
  process.on('SIGHUP', () => resolve('SIGHUP'));
  if (process.env[LAUNCHED] === '1') {
    process.on('message', (message) => {
      if (message === 'SIGINT') interrupted('forwarded');
      else if (message === 'SIGTERM' || message === 'SIGHUP') resolve(message);
    });
    // The launcher is gone, however it went.
    process.on('disconnect', () => resolve('SIGTERM'));
    if (!process.connected) resolve('SIGTERM');
    process.channel?.unref();
  }
  return { requested: promise, stop: resolve };
}
