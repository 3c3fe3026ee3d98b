/**
 * The page in Chromium: how soon it is painted and can be used with a long history behind it, and how many frames it draws while
 * one scrolls and while a file goes to fifty people. The daemon is real; the fifty people are not, for two cores do not carry
 * fifty daemons: there the page is fed by a server that speaks the contract.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import type { Browser, CDPSession, Page } from '@playwright/test';
import { roomIdOf } from '../../src/daemon/rooms.ts';
import { chromiumLaunch } from '../../test/e2e/browser.ts';
import { JsonLines } from '../../test/lab/json-lines.ts';
import { CrowdServer } from '../agents/crowd-server.ts';
import { median } from '../statistics.ts';
import { fillHistory, open } from './history.ts';

export interface PageCost {
  readonly lines: number;
  readonly scriptKilobytes: number;
  readonly startMs: number;
  readonly paintMs: readonly number[];
  readonly interactiveMs: readonly number[];
  readonly searchMs: readonly number[];
  readonly scroll: Frames;
  readonly transfer: Frames;
}

/** Of what the browser drew, by its own trace. */
export interface Frames {
  readonly drawnPerSecond: number;
  readonly droppedShare: number;
  /** Between two drawn ones, 95th percentile. */
  readonly p95Ms: number;
  readonly longestTaskMs: number;
}

const PORT = 28_460;
const SCROLL_MS = 6_000;
const TRANSFER_MS = 6_000;
const MEMBERS = 50;

/** `base`: where the profile is made; it needs 2 kB a line. */
export async function measurePage(
  lines: number,
  base: string,
  tree: string,
  rounds: number,
): Promise<PageCost> {
  const folder = mkdtempSync(join(base, 'starling-page-'));
  const profile = join(folder, 'profile');
  mkdirSync(profile, { mode: 0o700 });
  const browser = await chromium.launch(chromiumLaunch());
  const started: JsonLines[] = [];
  try {
    const store = open(join(profile, 'starling.db'));
    fillHistory(store, lines, roomIdOf('lobby'));
    store.close();
    const start = performance.now();
    const daemon = up(tree, folder);
    started.push(daemon);
    await daemon.find('ready', 60_000, ({ type }) => type === 'ready');
    const startMs = performance.now() - start;
    const opened: Awaited<ReturnType<typeof openPage>>[] = [];
    for (let round = 0; round < rounds; round++)
      opened.push(await openPage(browser, await address(tree, folder)));
    const scroll = await scrolled(browser, await address(tree, folder));
    const transfer = await crowded(browser, tree);
    return {
      lines,
      scriptKilobytes: initialScriptKilobytes(tree),
      startMs,
      paintMs: opened.map(({ paintMs }) => paintMs),
      interactiveMs: opened.map(({ interactiveMs }) => interactiveMs),
      searchMs: opened.map(({ searchMs }) => searchMs),
      scroll,
      transfer,
    };
  } finally {
    await browser.close();
    for (const lines_ of started) {
      lines_.kill('SIGTERM');
      await lines_.exited;
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

export function printPage(cost: PageCost): void {
  const of = (values: readonly number[]): string => median(values).toFixed(0);
  const frames = ({ drawnPerSecond, droppedShare, p95Ms, longestTaskMs }: Frames): string =>
    `${drawnPerSecond.toFixed(1)} frames a second, ${(100 * droppedShare).toFixed(1)} % dropped, p95 ${p95Ms.toFixed(1)} ms, longest task ${longestTaskMs.toFixed(0)} ms`;
  process.stdout.write(
    `  ${cost.lines} lines: daemon up in ${cost.startMs.toFixed(0)} ms; painted ${of(cost.paintMs)} ms, interactive ${of(cost.interactiveMs)} ms, ` +
      `a search shown ${of(cost.searchMs)} ms; script ${cost.scriptKilobytes.toFixed(0)} kB\n` +
      `  scrolling: ${frames(cost.scroll)}\n  50 members: ${frames(cost.transfer)}\n`,
  );
}

function run(tree: string, folder: string, ...args: string[]): JsonLines {
  const flags = [
    '--json',
    '--profile',
    join(folder, 'profile'),
    '--downloads',
    join(folder, 'downloads'),
    '--name',
    'Finch',
  ];
  const child = spawn(process.execPath, [resolve(tree, 'bin/starling.js'), ...args, ...flags], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: folder, LANG: 'C.UTF-8', CI: 'true' },
  });
  return new JsonLines(child, `starling ${args[0]}`);
}

const up = (tree: string, folder: string): JsonLines =>
  run(tree, folder, 'up', '--no-open', '--interface', 'lo', '--port', String(PORT));

async function address(tree: string, folder: string): Promise<string> {
  const lines = run(tree, folder, 'up', '--no-open');
  const ready = await lines.find('ready', 20_000, ({ type }) => type === 'ready');
  await lines.exited;
  return ready['url'] as string;
}

/** With nothing in the browser's cache. */
async function openPage(
  browser: Browser,
  url: string,
): Promise<{ readonly paintMs: number; readonly interactiveMs: number; readonly searchMs: number }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
  try {
    const page = await context.newPage();
    // Usable: the end of the room stands there, and one can write.
    await page.addInitScript(() => {
      const look = (): void => {
        const isUsable =
          document.querySelector('.entry') !== null && document.activeElement?.tagName === 'TEXTAREA';
        if (isUsable) Object.assign(globalThis, { usableAt: performance.now() });
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
    await page.goto(url);
    await page.waitForFunction(() => 'usableAt' in globalThis, undefined, { timeout: 20_000 });
    const interactiveMs = await page.evaluate(() => (globalThis as unknown as { usableAt: number }).usableAt);
    await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
    const paintMs = await page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    );
    await page.keyboard.press('Control+K');
    const searchMs = await page.evaluate(async () => {
      const field = document.querySelector<HTMLInputElement>('input[type=search]');
      if (field === null) return Number.NaN;
      const start = performance.now();
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(field, 'harbour');
      field.dispatchEvent(new Event('input', { bubbles: true }));
      while (document.querySelector('.search-hit') === null)
        await new Promise((next) => requestAnimationFrame(next));
      return performance.now() - start;
    });
    return { paintMs, interactiveMs, searchMs };
  } finally {
    await context.close();
  }
}

/** Scrolls as somebody does who looks for something long ago. */
async function scrolled(browser: Browser, url: string): Promise<Frames> {
  const page = await newPage(browser, url);
  await page.locator('.entry').first().waitFor();
  const frames = await traced(page, () =>
    page.evaluate(async (durationMs) => {
      const list = document.querySelector('.timeline-scroller');
      const end = performance.now() + durationMs;
      // A quick hand: some 1500 pixels a second.
      if (list === null) return;
      // Whoever turns the wheel means to leave the end.
      list.dispatchEvent(new WheelEvent('wheel', { deltaY: -1 }));
      while (performance.now() < end) {
        list.scrollTop -= 25;
        await new Promise((next) => requestAnimationFrame(next));
      }
    }, SCROLL_MS),
  );
  await page.context().close();
  return frames;
}

/** A file on its way to fifty members, each of whom says how far it is. */
async function crowded(browser: Browser, tree: string): Promise<Frames> {
  const server = await CrowdServer.start(resolve(tree, 'dist/web'), MEMBERS);
  try {
    const page = await newPage(browser, server.url);
    await page.locator('.entry').first().waitFor();
    // Something that moves in every frame, or the browser would draw only what changes.
    await page.evaluate(() => {
      const dot = document.createElement('i');
      Object.assign(dot.style, {
        position: 'fixed',
        top: '0',
        left: '0',
        width: '4px',
        height: '4px',
        background: 'red',
      });
      document.body.append(dot);
      const move = (at: number): void => {
        dot.style.left = `${at % 100}px`;
        requestAnimationFrame(move);
      };
      requestAnimationFrame(move);
    });
    const frames = await traced(page, () => server.transfer(TRANSFER_MS));
    await page.context().close();
    return frames;
  } finally {
    await server.close();
  }
}

async function newPage(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

interface TraceEvent {
  readonly name: string;
  readonly ts: number;
  readonly dur?: number;
}

/** What the browser draws while `act` runs, in which something changes in every frame. */
async function traced(page: Page, act: () => Promise<void>): Promise<Frames> {
  const session = await page.context().newCDPSession(page);
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    categories:
      'devtools.timeline,disabled-by-default-devtools.timeline.frame,disabled-by-default-devtools.timeline',
  });
  const started = performance.now();
  await act();
  const seconds = (performance.now() - started) / 1000;
  const events = await endTrace(session);
  const drawn = events.filter(({ name }) => name === 'DrawFrame').map(({ ts }) => ts / 1000);
  const dropped = events.filter(({ name }) => name === 'DroppedFrame').length;
  const gaps = drawn
    .slice(1)
    .map((at, index) => at - (drawn[index] ?? at))
    .toSorted((a, b) => a - b);
  const tasks = events.filter(({ name }) => name === 'RunTask').map(({ dur }) => (dur ?? 0) / 1000);
  return {
    drawnPerSecond: drawn.length / seconds,
    droppedShare: dropped / Math.max(1, dropped + drawn.length),
    p95Ms: gaps[Math.floor(0.95 * gaps.length)] ?? Number.NaN,
    longestTaskMs: Math.max(0, ...tasks),
  };
}

async function endTrace(session: CDPSession): Promise<readonly TraceEvent[]> {
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  const complete = new Promise((done) => session.once('Tracing.tracingComplete', done));
  await session.send('Tracing.end');
  await complete;
  return events.toSorted((a, b) => a.ts - b.ts);
}

/** Of the script that the page itself names; the rest comes when it is wanted. */
function initialScriptKilobytes(tree: string): number {
  const folder = resolve(tree, 'dist/web');
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  const names = readdirSync(join(folder, 'assets')).filter(
    (name) => name.endsWith('.js') && html.includes(name),
  );
  return (
    names.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, 'assets', name))).length, 0) / 1000
  );
}
