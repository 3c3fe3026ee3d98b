import { describe, expect, test } from 'vitest';
import { ASK_WINDOW_MIN, ASK_WINDOW_START, HOST_LATE_MS, NAK_RETRY_MAX_MS } from '../limits.ts';
import { AnswerTime } from './answer-time.ts';
import { AskWindow } from './ask-window.ts';

const LEAST_MS = 30;

describe('how long answers take', () => {
  test('is the longest of late, so that none is asked for while its answer is on its way', () => {
    const answers = new AnswerTime();
    expect(answers.waitMs(0, LEAST_MS)).toBe(LEAST_MS);
    answers.answered(0, 100);
    // A burst whose members came at nearly the same time says nothing of the next one.
    for (let i = 0; i < 60; i++) answers.answered(1, 2);
    expect(answers.waitMs(1, LEAST_MS)).toBeGreaterThan(100);
    expect(answers.waitMs(10_000, LEAST_MS)).toBe(LEAST_MS);
  });

  test('doubles once for each wait while nothing is answered, up to a bound, and an answer ends that', () => {
    const answers = new AnswerTime();
    for (let i = 0; i < 100; i++) answers.unanswered(30, LEAST_MS);
    expect(answers.waitMs(30, LEAST_MS)).toBe(2 * LEAST_MS);
    for (let now = 100; now < 60_000; now += 100) answers.unanswered(now, LEAST_MS);
    expect(answers.waitMs(60_000, LEAST_MS)).toBe(NAK_RETRY_MAX_MS);
    answers.answered(60_000, 10);
    expect(answers.waitMs(60_000, LEAST_MS)).toBe(LEAST_MS);
  });
});

describe('how much is asked for at a time', () => {
  function round(window: AskWindow, now: number, share: number, waitedMs = 0): void {
    const { size } = window;
    const answered = Math.round(size * share);
    for (let i = 0; i < answered; i++) window.answered(now, waitedMs);
    if (answered < size) window.unanswered(now, size - answered, 50);
  }

  test('grows with a loss of a fifth on both ways, and shrinks where most does not come', () => {
    const window = new AskWindow();
    for (let i = 0; i < 10; i++) round(window, 100 * i, 0.64);
    const grown = window.size;
    expect(grown).toBeGreaterThan(4 * ASK_WINDOW_START);
    for (let i = 10; i < 30; i++) round(window, 100 * i, 0.3);
    expect(window.size).toBe(ASK_WINDOW_MIN);
    for (let i = 30; i < 50; i++) round(window, 100 * i, 0.95);
    expect(window.size).toBeGreaterThan(10 * ASK_WINDOW_MIN);
  });

  test('shrinks where what comes has to wait for us', () => {
    const window = new AskWindow();
    for (let i = 0; i < 20; i++) round(window, 1000 * i, 1, 2 * HOST_LATE_MS);
    expect(window.size).toBe(ASK_WINDOW_MIN);
  });
});
