import { expect, test } from 'vitest';
import { TICKET_MS_MAX, TICKETS_MAX } from '../limits.ts';
import { contentDisposition } from './attachment.ts';
import { guardFor } from './guard.ts';
import { equalSecrets, newSecret, Tickets } from './secrets.ts';

test('a ticket is good once, for a minute', () => {
  let now = 0;
  const tickets = new Tickets(() => now);
  const [first, second] = [tickets.issue(), tickets.issue()];
  expect(tickets.redeem(first)).toBe(true);
  expect(tickets.redeem(first)).toBe(false);
  now = TICKET_MS_MAX;
  expect(tickets.redeem(second)).toBe(false);
  expect(tickets.redeem('')).toBe(false);
});

test('outstanding tickets are bounded: the oldest gives way', () => {
  const tickets = new Tickets(() => 0);
  const issued = Array.from({ length: TICKETS_MAX + 1 }, () => tickets.issue());
  expect(tickets.redeem(issued[0] ?? '')).toBe(false);
  expect(tickets.redeem(issued.at(-1) ?? '')).toBe(true);
});

test('secrets are compared whole', () => {
  const secret = newSecret();
  expect(equalSecrets(secret, secret)).toBe(true);
  expect(equalSecrets(secret, secret.slice(1))).toBe(false);
  expect(equalSecrets('', secret)).toBe(false);
});

test('only our own Host and Origin pass', () => {
  const guard = guardFor(4000);
  expect(guard.host('127.0.0.1:4000')).toBe(true);
  expect(guard.host('LOCALHOST:4000')).toBe(true);
  for (const host of [
    undefined,
    '127.0.0.1',
    '127.0.0.1:4001',
    'evil.example:4000',
    'localhost.evil.example:4000',
  ]) {
    expect(guard.host(host)).toBe(false);
  }
  expect(guard.origin(undefined)).toBe(true);
  expect(guard.origin('http://localhost:4000', 'same-origin')).toBe(true);
  for (const origin of ['null', 'https://127.0.0.1:4000', 'http://evil.example', 'http://127.0.0.1:40000']) {
    expect(guard.origin(origin)).toBe(false);
  }
  expect(guard.origin(undefined, 'cross-site')).toBe(false);
});

test('names of attachments survive as RFC 6266 wants them', () => {
  expect(contentDisposition('report.pdf', 'attachment')).toBe(
    `attachment; filename="report.pdf"; filename*=UTF-8''report.pdf`,
  );
  expect(contentDisposition('a"\\b\r\nX: y.txt', 'inline')).toBe(
    `inline; filename="a__b__X: y.txt"; filename*=UTF-8''a%22%5Cb%0D%0AX%3A%20y.txt`,
  );
  expect(contentDisposition("椋鸟's (1).png", 'attachment')).toBe(
    `attachment; filename="__'s (1).png"; filename*=UTF-8''%E6%A4%8B%E9%B8%9F%27s%20%281%29.png`,
  );
});
