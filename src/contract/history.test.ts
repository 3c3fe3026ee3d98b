import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { historySchemas } from './history.ts';

const ID = 'a'.repeat(64);
const accepts = (method: keyof typeof historySchemas, params: unknown): boolean =>
  v.safeParse(historySchemas[method], params).success;

describe('requests about history', () => {
  test('a page has one anchor at most, and a bound', () => {
    expect(accepts('timeline', { room: 'lobby' })).toBe(true);
    expect(accepts('timeline', { room: 'lobby', before: '3.a.1.b', limit: 200 })).toBe(true);
    expect(accepts('timeline', { room: 'lobby', around: 1_700_000_000_000 })).toBe(true);
    expect(accepts('timeline', { room: 'lobby', before: 'x', after: 'y' })).toBe(false);
    expect(accepts('timeline', { room: 'lobby', limit: 201 })).toBe(false);
    expect(accepts('timeline', { room: 'lobby', around: -1 })).toBe(false);
    expect(accepts('timeline', { room: 'lobby', before: 'x'.repeat(161) })).toBe(false);
  });

  test('a search is bounded in its words and hits', () => {
    expect(accepts('search', { query: '群聊', kind: 'file', limit: 100 })).toBe(true);
    expect(accepts('search', { query: 'x'.repeat(257) })).toBe(false);
    expect(accepts('search', { limit: 101 })).toBe(false);
    expect(accepts('search', { kind: 'picture' })).toBe(false);
    expect(accepts('search', { since: Number.NaN })).toBe(false);
  });

  test('what is said about a message names it by its whole id', () => {
    expect(accepts('edit', { message: ID, text: 'better' })).toBe(true);
    expect(accepts('edit', { message: ID, text: '' })).toBe(false);
    expect(accepts('delete', { message: ID.slice(1) })).toBe(false);
    expect(accepts('hide', { message: "' OR 1" })).toBe(false);
    expect(accepts('read', { room: 'lobby', message: ID })).toBe(true);
    expect(accepts('say', { room: 'lobby', text: 'yes', replyTo: ID.toUpperCase() })).toBe(false);
  });

  test('a reaction is one short thing', () => {
    expect(accepts('react', { message: ID, emoji: '👨‍👩‍👧‍👦', on: true })).toBe(true);
    expect(accepts('react', { message: ID, emoji: '🙂'.repeat(9), on: true })).toBe(false);
    expect(accepts('react', { message: ID, emoji: 'two words', on: true })).toBe(false);
    expect(accepts('react', { message: ID, emoji: '\u0007', on: true })).toBe(false);
  });

  test('days are whole and at least one, or for ever', () => {
    expect(accepts('set-retention', { room: 'lobby', days: null })).toBe(true);
    expect(accepts('set-retention', { room: 'lobby', days: 30 })).toBe(true);
    expect(accepts('set-retention', { room: 'lobby', days: 0 })).toBe(false);
    expect(accepts('set-retention', { room: 'lobby', days: 1.5 })).toBe(false);
  });

  test('an export is of a format that there is', () => {
    expect(accepts('export', { room: 'lobby', format: 'html', path: '/tmp/lobby.html' })).toBe(true);
    expect(accepts('export', { room: 'lobby', format: 'pdf', path: '/tmp/lobby.pdf' })).toBe(false);
  });
});
