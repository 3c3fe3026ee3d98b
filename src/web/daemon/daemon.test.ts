import { expect, test } from 'vitest';
import { RECONNECT_MS_MAX, RECONNECT_MS_MIN } from '../limits.ts';
import { reconnectDelayMs } from './backoff.ts';
import { isRasterType } from './picture.ts';
import { problemFromBody } from './problem.ts';
import { ticketIn } from './token.ts';

test('the pause before a reconnection doubles up to its bound, with jitter', () => {
  expect(reconnectDelayMs(0, 1)).toBe(RECONNECT_MS_MIN);
  expect(reconnectDelayMs(2, 1)).toBe(4 * RECONNECT_MS_MIN);
  expect(reconnectDelayMs(1000, 1)).toBe(RECONNECT_MS_MAX);
  expect(reconnectDelayMs(1000, 0)).toBe(0.75 * RECONNECT_MS_MAX);
});

test.each([
  ['#ticket=abc_-1', 'abc_-1'],
  ['#x=1&ticket=abc', 'abc'],
  ['#', undefined],
  ['', undefined],
])('the fragment %j carries the ticket %j', (fragment, ticket) => {
  expect(ticketIn(fragment)).toBe(ticket);
});

test('a refusal keeps its code; what is none becomes the fallback', () => {
  const fallback = { code: 'upload-failed', message: 'fallback' };
  expect(problemFromBody('{"error":{"code":"upload-space","message":"m"}}', fallback).code).toBe(
    'upload-space',
  );
  expect(problemFromBody('{"code":"upload-space","message":"m"}', fallback).code).toBe('upload-space');
  expect(problemFromBody('<html>', fallback).code).toBe('upload-failed');
  expect(problemFromBody('{"error":{}}', fallback).code).toBe('upload-failed');
});

test('only raster images are shown inline', () => {
  expect(isRasterType('image/png')).toBe(true);
  for (const type of ['image/svg+xml', 'text/html', 'application/pdf', undefined])
    expect(isRasterType(type)).toBe(false);
});
