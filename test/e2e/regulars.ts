/**
 * Finch and Heron, whose daemons and tabs last as long as the worker of the tests: to start both takes more of a
 * processor than most tests do. Each test finds them in a room that is new, with pages that are loaded anew and with
 * empty folders. A private room is theirs from then on, so each test has a name of its own for one; and what changes
 * a person (a name, a setting, a mark) is for `newcomers`.
 */
import { expect } from '@playwright/test';
import type { Browser, Page } from '@playwright/test';
import type { WebWords } from '../../src/words/web.ts';
import { VIEWPORT } from './browser.ts';
import { Profile } from './profile.ts';
import { Tab, watch } from './tab.ts';

/** Two people who see each other. */
export interface Pair {
  readonly finch: Tab;
  readonly heron: Tab;
  /** The room that both look at. */
  readonly room: string;
}

/** Not that of the people of a single test, so that neither hear the others in the lobby. */
const PORT = 28_460;

export class Regulars {
  readonly #finch: Regular;
  readonly #heron: Regular;
  readonly #problems: string[] = [];
  #meetings = 0;
  #room = '';

  constructor(browser: Browser) {
    this.#finch = new Regular('Finch', browser, this.#problems);
    this.#heron = new Regular('Heron', browser, this.#problems);
  }

  /** Both in a new room, which their pages show. */
  async meet(words: WebWords): Promise<Pair> {
    this.#room = `pond ${String(++this.#meetings).padStart(3, '0')}`;
    const [finch, heron] = await Promise.all([
      this.#finch.enter(this.#room, words),
      this.#heron.enter(this.#room, words),
    ]);
    await expect(finch.member('Heron')).toBeVisible();
    await expect(heron.member('Finch')).toBeVisible();
    return { finch, heron, room: this.#room };
  }

  /** Both out of it, with pages that do nothing. Returns what was wrong with these, whatever else worked. */
  async part(): Promise<readonly string[]> {
    await Promise.all([this.#finch.leave(this.#room), this.#heron.leave(this.#room)]);
    return this.#problems.splice(0);
  }

  async remove(): Promise<void> {
    await Promise.all([this.#finch.remove(), this.#heron.remove()]);
  }
}

class Regular {
  readonly #profile: Profile;
  readonly #browser: Browser;
  readonly #problems: string[];
  #seat: { readonly page: Page; readonly origin: string } | undefined;

  constructor(name: string, browser: Browser, problems: string[]) {
    this.#profile = new Profile(name, PORT);
    this.#browser = browser;
    this.#problems = problems;
  }

  async enter(room: string, words: WebWords): Promise<Tab> {
    this.#seat ??= await this.#sitDown();
    const { page, origin } = this.#seat;
    await this.#profile.request('join', { room });
    await page.goto(origin);
    const tab = new Tab(page, this.#profile, words);
    await tab.room(room).click();
    await expect(page.getByRole('heading', { level: 1, name: room })).toBeVisible();
    return tab;
  }

  async leave(room: string): Promise<void> {
    const page = this.#seat?.page;
    // Whatever the test has made of them.
    await page?.setViewportSize(VIEWPORT);
    await page?.emulateMedia({ reducedMotion: 'no-preference' });
    await page?.unrouteAll();
    await page?.goto('about:blank');
    await this.#readAll(room);
    await this.#profile.request('quit', { room });
    this.#profile.emptyDownloads();
  }

  /** What one leaves unread is counted in the title of every later page. */
  async #readAll(room: string): Promise<void> {
    const { entries } = await this.#profile.request('timeline', { room, limit: 1 });
    const last = entries.at(-1);
    if (last === undefined) return;
    const message = last.kind === 'message' ? last.message.id : last.transfer.message;
    await this.#profile.request('read', { room, message });
  }

  async remove(): Promise<void> {
    await this.#seat?.page.context().close();
    await this.#profile.remove();
  }

  /** A page that has its token: it stays valid, and so does the address. */
  async #sitDown(): Promise<{ readonly page: Page; readonly origin: string }> {
    const context = await this.#browser.newContext();
    const page = await context.newPage();
    watch(page, this.#problems);
    const address = await this.#profile.up();
    await page.goto(address);
    await expect(page.getByRole('log')).toBeVisible();
    return { page, origin: new URL(address).origin };
  }
}
