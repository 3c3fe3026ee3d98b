/** Numbers and times as a person reads them. Pure: the locale, and for times the present, are handed in. */
import type { WebWords } from '../../words/web.ts';

const UNITS = ['kB', 'MB', 'GB', 'TB'] as const;
const DAY_MS = 86_400_000;
const JUST_NOW_MS = 5_000;

/** A size in decimal units, as the system's file manager counts: `999 B`, `1.4 MB`. */
export function formatBytes(bytes: number, locale: string): string {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes;
  let unit = -1;
  do {
    value /= 1000;
    unit++;
  } while (value >= 999.5 && unit < UNITS.length - 1);
  const digits = value < 10 ? 1 : 0;
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
  return `${number} ${UNITS[unit]}`;
}

/** `12 MB/s`. */
export function formatRate(bytesPerSecond: number, locale: string): string {
  return `${formatBytes(Math.round(bytesPerSecond), locale)}/s`;
}

/** A share, 0 to 1: `0.4 %`, `12 %`. */
export function formatPercent(share: number, locale: string): string {
  const digits = share < 0.1 ? 1 : 0;
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: digits }).format(share);
}

/** `0.4 ms`, `12 ms`. */
export function formatMs(ms: number, locale: string): string {
  const digits = ms < 10 ? 1 : 0;
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(ms)} ms`;
}

/** `14:03`, with the day where it is not today. */
export function formatTime(at: number, now: number, locale: string): string {
  const date = new Date(at);
  if (!isDate(date)) return '';
  const sameDay = Math.abs(now - at) < DAY_MS && date.getDate() === new Date(now).getDate();
  const time = { hour: '2-digit', minute: '2-digit', hour12: false } as const;
  const day = sameDay ? {} : ({ day: 'numeric', month: 'short' } as const);
  return new Intl.DateTimeFormat(locale, { ...day, ...time }).format(date);
}

/** Until when something holds: `18:30`, with weekday and day where that is not today. */
export function formatUntil(at: number, now: number, locale: string): string {
  const date = new Date(at);
  if (!isDate(date)) return '';
  const time = { hour: '2-digit', minute: '2-digit', hour12: false } as const;
  const today = date.toDateString() === new Date(now).toDateString();
  const day = today ? {} : ({ weekday: 'short', day: 'numeric', month: 'short' } as const);
  return new Intl.DateTimeFormat(locale, { ...day, ...time }).format(date);
}

/** The whole date, for a tooltip. */
export function formatFullTime(at: number, locale: string): string {
  const date = new Date(at);
  if (!isDate(date)) return '';
  return new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'medium' }).format(date);
}

/** The day alone. */
export function formatDate(at: number, locale: string): string {
  const date = new Date(at);
  return isDate(date) ? new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(date) : '';
}

/** For machines; undefined where a foreign clock said what is no date at all. */
export function isoTime(at: number): string | undefined {
  const date = new Date(at);
  return isDate(date) ? date.toISOString() : undefined;
}

function isDate(date: Date): boolean {
  return !Number.isNaN(date.getTime());
}

/** `just now`, `12 s ago`, `3 min ago`. */
export function formatAge(ageMs: number, words: WebWords): string {
  if (ageMs < JUST_NOW_MS) return words.justNow;
  const seconds = Math.round(ageMs / 1000);
  if (seconds < 60) return words.secondsAgo(seconds);
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return words.minutesAgo(minutes);
  return words.hoursAgo(Math.round(minutes / 60));
}

/** Share of `size` that is done, 0 to 1; a file without bytes is done at once. */
export function shareDone(bytesDone: number, size: number): number {
  return size <= 0 ? 1 : Math.min(1, Math.max(0, bytesDone / size));
}

/** The day of a line in the timeline: `Today`, `Yesterday`, or the date. */
export function formatDay(at: number, now: number, locale: string, words: WebWords): string {
  const date = new Date(at);
  if (!isDate(date)) return '';
  const dayOf = (ms: number): string => new Date(ms).toDateString();
  if (dayOf(at) === dayOf(now)) return words.today;
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  if (dayOf(at) === yesterday.toDateString()) return words.yesterday;
  const year = date.getFullYear() === new Date(now).getFullYear() ? {} : ({ year: 'numeric' } as const);
  const form = { weekday: 'long', day: 'numeric', month: 'long', ...year } as const;
  return new Intl.DateTimeFormat(locale, form).format(date);
}
