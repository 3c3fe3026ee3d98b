/**
 * `npm run engines [-- firefox|webkit]`: one walk through the page in the engines of Firefox and Safari, with the daemons and the
 * content security policy that users have. Not part of `npm test`: the two browsers are large, and no package of ours brings
 * them. Debian's firefox-esr, webkit2gtk-driver and xvfb are enough. Pictures of each stop are in `test-results/engines/`.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { webWords } from '../../src/words/web.ts';
import { enterOwnNetwork } from '../e2e/own-network.ts';
import { landscape, tone } from '../e2e/picture.ts';
import { Profile } from '../e2e/profile.ts';
import { KEY, openFirefox, openWebKit } from './browser.ts';
import type { OtherBrowser } from './browser.ts';

enterOwnNetwork();

const words = webWords.en;
const PICTURES = resolve(import.meta.dirname, '../../test-results/engines');
const DISPLAY = ':77';
const WEBKIT_PORT = 4900;
const FIREFOX_PORT = 4901;
const STEP_MS_MAX = 20_000;

/** The button of that name that is in sight, for `run`. */
const FIND = `
  const named = (element) => (element.getAttribute('aria-label') ?? element.textContent).trim();
  const inSight = [...document.querySelectorAll('button, [role=menuitem], select, a')].filter((element) => element.getClientRects().length > 0);
  const dialog = document.querySelector('dialog[open]');
  const found = inSight.find((element) => (dialog === null || dialog.contains(element)) && named(element) === arguments[0]);
`;
/** What the page complains of; a list that is measured anew twice in one frame is no fault. */
const LISTEN = `
  window.faults = [];
  const note = (fault) => /ResizeObserver loop/.test(fault) || window.faults.push(String(fault));
  addEventListener('error', (event) => note(event.message));
  addEventListener('unhandledrejection', (event) => note(event.reason));
  document.addEventListener('securitypolicyviolation', (event) => note(event.violatedDirective + ' ' + event.blockedURI));
`;

class Walk {
  failed = 0;
  readonly #browser: OtherBrowser;
  readonly #name: string;

  constructor(browser: OtherBrowser, name: string) {
    this.#browser = browser;
    this.#name = name;
  }

  async step(what: string, doIt: () => Promise<unknown>): Promise<void> {
    try {
      await doIt();
      process.stdout.write(`  ok    ${what}\n`);
    } catch (error) {
      this.failed++;
      process.stdout.write(`  FAIL  ${what}: ${error instanceof Error ? error.message : String(error)}\n`);
    }
    await this.look(what);
  }

  async until(what: string, body: string, ...values: readonly unknown[]): Promise<void> {
    const end = Date.now() + STEP_MS_MAX;
    while ((await this.#browser.run(body, ...values)) !== true) {
      if (Date.now() > end) throw new Error(`not seen: ${what}`);
      await sleep(150);
    }
  }

  sees(text: string): Promise<void> {
    return this.until(text, 'return document.body.innerText.includes(arguments[0])', text);
  }

  /** Once its place is the same twice: a list may move while what is in it loads. */
  async click(name: string): Promise<void> {
    const end = Date.now() + STEP_MS_MAX;
    let before = '';
    for (;;) {
      const place = (await this.#browser.run(
        `${FIND} if (found === undefined) return null; found.scrollIntoView({ block: 'nearest' });
        const box = found.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2];`,
        name,
      )) as readonly [number, number] | null;
      if (place !== null && String(place) === before) return this.#browser.click(...place);
      before = String(place);
      if (Date.now() > end) throw new Error(`no button: ${name}`);
      await sleep(250);
    }
  }

  /** Opens a dialog by a button, and closes it by Escape. */
  async dialog(name: string): Promise<void> {
    await this.click(name);
    await this.until(`dialog of ${name}`, `return document.querySelector('dialog[open]') !== null`);
    await sleep(1000);
    if (await this.#browser.run('return document.body.innerText.includes(arguments[0])', words.brokenText))
      throw new Error('the dialog does not work');
    await this.look(`open ${name}`);
    await this.#browser.press(KEY.escape);
    await this.until(`${name} closed`, `return document.querySelector('dialog[open]') === null`);
  }

  async look(what: string): Promise<void> {
    const path = join(PICTURES, this.#name, `${what.replaceAll(/[^a-z]+/gi, '-')}.png`);
    writeFileSync(path, await this.#browser.picture());
  }
}

async function walk(name: string, browser: OtherBrowser): Promise<number> {
  process.stdout.write(`${browser.version}\n`);
  mkdirSync(join(PICTURES, name), { recursive: true });
  const [finch, heron] = [new Profile('Finch'), new Profile('Heron')];
  const go = new Walk(browser, name);
  try {
    const [address] = await Promise.all([finch.up(), heron.up()]);
    await browser.resize(1280, 850);
    await browser.open(address);
    await browser.run(LISTEN);
    await go.step('sees the other', () => go.sees('Heron'));
    await go.step('says', async () => {
      await browser.run(`document.querySelector('textarea').focus()`);
      await browser.press(`Good **morning** 早上好${KEY.enter}`);
      await go.until(
        'Markdown',
        `return document.querySelector('[role=log] strong')?.textContent === 'morning'`,
      );
      await go.until('an empty field', `return document.querySelector('textarea').value === ''`);
    });
    await go.step('hears', async () => {
      await heron.command('say', 'Good morning, Finch');
      await go.sees('Good morning, Finch');
    });
    await go.step('shows a picture', async () => {
      await heron.command('send', heron.file('evening.png', landscape(640, 360)));
      await go.until(
        'the picture',
        `return [...document.images].some((image) => image.naturalWidth === 640)`,
      );
    });
    await go.step('plays a sound', async () => {
      await heron.command('send', heron.file('song.wav', tone()));
      await go.click(words.playFile('song.wav'));
      await go.until('its length', `return document.querySelector('audio')?.duration === 1`);
    });
    await go.step('sends a file', async () => {
      await browser.chooseFile('input[type=file]', finch.file('up.txt', Buffer.from('up')));
      await go.sees(words.transferDoneOwn(1, 1));
      if (!heron.received().includes('up.txt')) throw new Error('it did not arrive');
    });
    for (const dialog of [
      words.deliveryOf(words.deliveryDetails, 'up.txt'),
      words.settings,
      words.search,
      words.network,
      words.newRoom,
      words.joinRoom,
      words.roomSettings,
    ])
      await go.step(`dialog ${dialog}`, () => go.dialog(dialog));
    await go.step('narrow', async () => {
      await browser.resize(400, 850);
      await sleep(500);
    });
    await go.step('comes back by itself', async () => {
      await finch.stop();
      await go.sees(words.stoppedTitle);
      await finch.up();
      await go.until(
        'no banner',
        'return !document.body.innerText.includes(arguments[0])',
        words.stoppedTitle,
      );
    });
    await go.step('complains of nothing', async () => {
      const faults = (await browser.run('return window.faults')) as readonly string[];
      if (faults.length > 0) throw new Error(faults.join('; '));
    });
  } finally {
    await browser.close();
    await Promise.all([finch.remove(), heron.remove()]);
  }
  return go.failed;
}

const wanted = process.argv[2];
let failed = 0;
if (wanted !== 'webkit') failed += await walk('firefox', await openFirefox(FIREFOX_PORT));
if (wanted !== 'firefox') {
  const screen = spawn('Xvfb', [DISPLAY, '-screen', '0', '1280x1024x24'], { stdio: 'ignore' });
  try {
    failed += await walk('webkit', await openWebKit(DISPLAY, WEBKIT_PORT));
  } finally {
    screen.kill('SIGTERM');
  }
}
process.exitCode = failed === 0 ? 0 : 1;
