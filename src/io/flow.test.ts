import { describe, expect, it } from 'vitest';
import { Flow } from './flow.ts';
import { NAP_DATAGRAMS, NAP_MS_MAX } from './limits.ts';

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
    const flow = new Flow();
    expect(flow.restMs()).toBe(Infinity);
    run(flow, 0, 20, 0);
    expect(flow.restMs()).toBe(Infinity);
    run(flow, 20, 100, 1);
    expect(flow.restMs()).toBe(Infinity);
  });

  it('gathers a batch of a stream, within the longest rest', () => {
    const flow = new Flow();
    run(flow, 0, 10, 4);
    expect(flow.restMs()).toBe(NAP_MS_MAX);
    run(flow, 10, 10, 100);
    expect(flow.restMs()).toBeCloseTo(NAP_DATAGRAMS / 100, 1);
  });

  it('notices within two windows that a stream has ended', () => {
    const flow = new Flow();
    run(flow, 0, 10, 50);
    expect(flow.restMs()).toBeLessThanOrEqual(NAP_MS_MAX);
    run(flow, 10, 4, 0);
    expect(flow.restMs()).toBe(Infinity);
  });

  it('takes a burst after a long silence for no stream', () => {
    const flow = new Flow();
    flow.turn(0);
    for (let i = 0; i < 10; i++) flow.arrived();
    flow.turn(1000);
    expect(flow.restMs()).toBe(Infinity);
  });
});
