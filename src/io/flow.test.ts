import { describe, expect, it } from 'vitest';
import { Flow } from './flow.ts';
import { NAP_DATAGRAMS, NAP_DATAGRAMS_PORTABLE, NAP_MS_MAX } from './limits.ts';

/** `perMs` datagrams a millisecond for so long, a turn each half millisecond. */
function run(flow: Flow, fromMs: number, durationMs: number, perMs: number): void {
  let arrived = 0;
  for (let t = 0.5; t <= durationMs; t += 0.5) {
    for (; arrived < perMs * t; arrived++) flow.arrived();
    flow.turn(fromMs + t);
  }
}

describe('Flow', () => {
  it('asks for no rest while nothing comes, or lone datagrams', () => {
    const flow = new Flow(NAP_DATAGRAMS);
    expect(flow.restMs()).toBe(Infinity);
    run(flow, 0, 20, 0);
    expect(flow.restMs()).toBe(Infinity);
    run(flow, 20, 100, 1);
    expect(flow.restMs()).toBe(Infinity);
  });

  it('gathers a batch of a stream, within the longest rest', () => {
    const flow = new Flow(NAP_DATAGRAMS);
    run(flow, 0, 10, 4);
    expect(flow.restMs()).toBe(NAP_MS_MAX);
    run(flow, 10, 10, 100);
    expect(flow.restMs()).toBeCloseTo(NAP_DATAGRAMS / 100, 1);
  });

  it('notices within two windows that a stream has ended', () => {
    const flow = new Flow(NAP_DATAGRAMS);
    run(flow, 0, 10, 50);
    expect(flow.restMs()).toBeLessThanOrEqual(NAP_MS_MAX);
    run(flow, 10, 4, 0);
    expect(flow.restMs()).toBe(Infinity);
  });

  it('takes a burst after a long silence for no stream', () => {
    const flow = new Flow(NAP_DATAGRAMS);
    flow.turn(0);
    for (let i = 0; i < 10; i++) flow.arrived();
    flow.turn(1000);
    expect(flow.restMs()).toBe(Infinity);
  });

  it('lets a reader that takes 32 at a time keep up with what comes', () => {
    const flow = new Flow(NAP_DATAGRAMS_PORTABLE);
    const perMs = 40;
    let waiting = 0;
    let now = 0;
    for (let turn = 0; turn < 2000; turn++) {
      const restMs = Math.min(flow.restMs(), NAP_MS_MAX);
      // A turn of the loop takes a little while, too.
      now += restMs + 0.1;
      waiting += (restMs + 0.1) * perMs;
      for (let read = 0; read < 32 && waiting >= 1; read++, waiting--) flow.arrived();
      flow.turn(now);
    }
    expect(waiting).toBeLessThan(200);
  });
});
