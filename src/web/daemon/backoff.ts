import { RECONNECT_MS_MAX, RECONNECT_MS_MIN } from '../limits.ts';

/** How long to wait before reconnection number `attempt` (from 0). `jitter` in [0, 1) spreads many tabs out. */
export function reconnectDelayMs(attempt: number, jitter: number): number {
  const doubled = RECONNECT_MS_MIN * 2 ** Math.min(attempt, 16);
  return Math.min(doubled, RECONNECT_MS_MAX) * (0.75 + jitter / 4);
}
