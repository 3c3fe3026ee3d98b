import { describe, expect, it } from 'vitest';
import { BEAT_MS_MIN, PAUSE_AGAIN_MS, PAUSE_S_MAX, QUERY_SAMPLES, RENEW_MS } from './limits.ts';
import { beatIntervalS, isAnswering, Pause, SwitchMemory } from './switch-memory.ts';

const HERON = '10.0.0.2';

interface Scene {
  /** What passes to us, by when it was sent and when the switch heard our last report. */
  readonly passes: (sentMs: number, reportMs: number) => boolean;
  /** Whether Heron is heard in rooms. */
  readonly present?: (nowMs: number) => boolean;
  readonly beats?: (nowMs: number) => boolean;
  readonly lastsMs: number;
}

/** Heron's beats on a switch, and what is said of it in the end. */
function play({ passes, present = () => true, beats = () => true, lastsMs }: Scene): {
  readonly memory: SwitchMemory;
  readonly reports: number;
} {
  const memory = new SwitchMemory(0);
  let reportMs = 0;
  let reports = 0;
  for (let now = 500; now < lastsMs; now += 500) {
    if (now % BEAT_MS_MIN === 1500 && beats(now) && passes(now, reportMs))
      memory.heard(now, HERON, BEAT_MS_MIN);
    if (now % 1000 === 0 && memory.tick(now, new Set(present(now) ? [HERON] : []))) {
      reportMs = now;
      reports++;
    }
  }
  return { memory, reports };
}

const forgetful =
  (afterMs: number) =>
  (sentMs: number, reportMs: number): boolean =>
    sentMs - reportMs <= afterMs;

describe('the memory of a switch', () => {
  it('is found too short, and how short, by a silence that a report ends', () => {
    const { memory } = play({ passes: forgetful(10_000), lastsMs: 90_000 });
    expect(memory.forgetsAfterMs).toBeGreaterThan(10_000 - BEAT_MS_MIN);
    expect(memory.forgetsAfterMs).toBeLessThanOrEqual(10_000);
    const slow = play({ passes: forgetful(260_000), lastsMs: 600_000 }).memory.forgetsAfterMs;
    expect(slow).toBeGreaterThan(260_000 - BEAT_MS_MIN);
  });

  it('is not blamed where all passes, and is tried anew only now and then', () => {
    const { memory, reports } = play({ passes: () => true, lastsMs: 3 * RENEW_MS });
    expect(memory.forgetsAfterMs).toBeUndefined();
    expect(reports).toBe(2);
  });

  it('is not blamed for a member that leaves, sleeps, or sends no more beats', () => {
    const until = (ms: number) => (now: number) => now < ms;
    const left = { passes: () => true, beats: until(40_000), present: until(45_000), lastsMs: RENEW_MS };
    expect(play(left)).toMatchObject({ memory: { forgetsAfterMs: undefined }, reports: 0 });
    const { memory, reports } = play({ ...left, present: () => true });
    expect(memory.forgetsAfterMs).toBeUndefined();
    expect(reports).toBe(1);
    // It wakes up again, long after the report that was to end the silence.
    const asleep = play({ ...left, present: () => true, beats: (now) => now < 40_000 || now > 120_000 });
    expect(asleep.memory.forgetsAfterMs).toBeUndefined();
  });

  it('is not blamed for having been started anew, which happens once', () => {
    const restarted = (sentMs: number, reportMs: number): boolean => sentMs < 100_000 || reportMs > 100_000;
    const { memory, reports } = play({ passes: restarted, lastsMs: RENEW_MS });
    expect(memory.forgetsAfterMs).toBeUndefined();
    expect(reports).toBe(1);
  });

  it('is not blamed for three beats that got lost, nor any more once somebody asks anew', () => {
    const lost = (now: number): boolean => now % 60_000 > 12_000;
    expect(
      play({ passes: () => true, beats: lost, lastsMs: RENEW_MS }).memory.forgetsAfterMs,
    ).toBeUndefined();
    const repaired = (sentMs: number, reportMs: number): boolean =>
      sentMs > 90_000 || forgetful(10_000)(sentMs, reportMs);
    expect(play({ passes: repaired, lastsMs: 90_000 }).memory.forgetsAfterMs).toBeDefined();
    expect(play({ passes: repaired, lastsMs: 150_000 }).memory.forgetsAfterMs).toBeUndefined();
  });

  it('is asked with beats of which there are four a second at most, of all members together', () => {
    expect([0, 16, 17, 400, 100_000].map(beatIntervalS)).toEqual([4, 4, 5, 100, 600]);
  });

  it('that shows in a pause alone is not taken back because beats pass while all renew again', () => {
    const memory = new SwitchMemory(0);
    for (let now = 1000; now <= 70_000; now += 1000) {
      if (now <= 30_000 || now > 35_000) memory.heard(now, HERON, 1000);
      memory.tick(now, new Set([HERON]), now > 20_000 && now < 36_000 ? 20_000 : undefined);
    }
    expect(memory.forgetsAfterMs).toBe(10_000);
  });
});

describe('a pause', () => {
  it('is worth it where questions come far more often than routers ask', () => {
    const every = (periodS: number): boolean => {
      const pause = new Pause();
      const seconds = Array.from({ length: 130 }, (_, second) => second);
      // Each is answered within five seconds, on average.
      return seconds.some((second) => {
        pause.sample(second >= 20 && second % periodS < 5);
        return pause.isWorthIt(second * 1000);
      });
    };
    expect(every(8)).toBe(true);
    expect(every(125)).toBe(false);
  });

  it('lasts as long as is asked, and does not begin again for some time, whoever asks', () => {
    const pause = new Pause();
    expect(pause.begin(1000, PAUSE_S_MAX + 1)).toBe(false);
    expect(pause.begin(1000, PAUSE_S_MAX)).toBe(true);
    expect(pause.since(1000 + PAUSE_S_MAX * 1000 - 1)).toBe(1000);
    expect(pause.secondsLeft(2000)).toBe(PAUSE_S_MAX - 1);
    expect(pause.since(1000 + PAUSE_S_MAX * 1000)).toBeUndefined();
    expect(pause.begin(PAUSE_AGAIN_MS, 10)).toBe(false);
    for (let second = 0; second < QUERY_SAMPLES; second++) pause.sample(true);
    expect(pause.isWorthIt(PAUSE_AGAIN_MS)).toBe(false);
    expect(pause.isWorthIt(PAUSE_AGAIN_MS + 1000)).toBe(true);
    expect(pause.begin(PAUSE_AGAIN_MS + 1000, 10)).toBe(true);
    pause.end(PAUSE_AGAIN_MS + 5000);
    expect(pause.since(PAUSE_AGAIN_MS + 5000)).toBeUndefined();
    expect(pause.began(PAUSE_AGAIN_MS + 9000)).toBe(PAUSE_AGAIN_MS + 1000);
    expect(pause.began(PAUSE_AGAIN_MS + 20_000)).toBeUndefined();
  });
});

it('questions to all show in the table of the kernel', () => {
  const table = [
    'Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter',
    '1\tlo        :     1      V3',
    '\t\t\t\tFEFFFFEF     1 1:00000003\t\t0',
    '2\teth0      :     2      V2',
    '\t\t\t\tFEFFFFEF     1 0:00000000\t\t1',
    '\t\t\t\tE14CFFEF     1 1:000000F4\t\t1',
  ].join('\n');
  expect(isAnswering(table, 'eth0', '239.255.255.254')).toBe(false);
  expect(isAnswering(table, 'eth0', '239.255.76.225')).toBe(true);
  expect(isAnswering(table, 'lo', '239.255.255.254')).toBe(true);
  expect(isAnswering(table, 'eth1', '239.255.76.225')).toBe(false);
  expect(isAnswering('', 'eth0', '239.255.76.225')).toBe(false);
});
