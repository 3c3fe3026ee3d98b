import { expect } from '@playwright/test';
import type { Locator, Page } from '@playwright/test';
import type { WebWords } from '../../src/words/web.ts';
import type { Profile } from './profile.ts';

/** Takes down what the content security policy refuses, and what throws: a fault of the page whatever else works. */
export function watch(page: Page, problems: string[]): void {
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) problems.push(message.text());
  });
  // With a listener from the start no dialog for files opens before Playwright has told the browser to hand it over.
  page.on('filechooser', () => {});
  // A file that is let go of where the page does not take it is opened by the browser, in a tab of its own: a picture of
  // gigabytes there takes the processor from all tests that follow.
  page.context().on('page', (opened) => {
    if (opened.url().startsWith('file:')) void opened.close();
  });
}

/** A tab with the page of one profile. */
export class Tab {
  readonly page: Page;
  readonly profile: Profile;
  readonly words: WebWords;
  readonly input: Locator;
  readonly members: Locator;
  readonly log: Locator;

  constructor(page: Page, profile: Profile, words: WebWords) {
    this.page = page;
    this.profile = profile;
    this.words = words;
    this.input = page.getByRole('textbox', { name: words.messageLabel, exact: true });
    this.members = page.getByRole('complementary').getByRole('listitem');
    this.log = page.getByRole('log');
  }

  /** First run: the name, and JOIN. */
  async joinAs(name: string): Promise<void> {
    await this.page.getByRole('textbox').fill(name);
    await this.button(this.words.join).click();
  }

  async say(text: string): Promise<void> {
    await this.input.fill(text);
    await this.input.press('Enter');
  }

  member(name: string): Locator {
    return this.members.filter({ has: this.page.getByText(name, { exact: true }) });
  }

  entry(text: string): Locator {
    return this.log.getByRole('article').filter({ hasText: text });
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** Presses the Tab key until a button has the focus. */
  async tabTo(name: string): Promise<void> {
    const wanted = this.button(name);
    for (let presses = 0; presses < 60; presses++) {
      if (await wanted.evaluate((element) => element === document.activeElement)) return;
      await this.page.keyboard.press('Tab');
    }
    throw new Error(`${name} is not reached by the Tab key`);
  }

  /** Chooses `what` from the menu of a member. */
  async act(name: string, what: string): Promise<void> {
    await this.member(name)
      .getByRole('button', { name: this.words.actionsOf(name) })
      .click();
    await this.page.getByRole('menuitem', { name: what, exact: true }).click();
  }

  /** Turns the wheel until an entry is in sight. */
  async scrollUp(text: string): Promise<void> {
    const wanted = this.log.getByText(text, { exact: true });
    await this.log.hover();
    await expect(async () => {
      await this.page.mouse.wheel(0, -400);
      await expect(wanted).toBeInViewport({ timeout: 250 });
    }).toPass();
  }

  /** The rooms to choose from. */
  room(name: string): Locator {
    return this.page.getByRole('navigation').getByRole('button').filter({ hasText: name });
  }

  /** Drops a file on the page as the system would: by its path. */
  async drop(path: string): Promise<void> {
    const session = await this.page.context().newCDPSession(this.page);
    const data = { items: [], files: [path], dragOperationsMask: 1 };
    const place = { x: 400, y: 300 };
    const zone = this.page.locator('.drop-zone');
    const send = (type: 'dragEnter' | 'dragOver' | 'drop'): Promise<unknown> =>
      session.send('Input.dispatchDragEvent', { type, ...place, data });
    // A hand moves until it lets go, and tries again when nothing was taken: a browser that is busy with an earlier
    // move may skip one, and what is let go of before the page has said that it takes it drops nowhere.
    await expect(async () => {
      const dropped = await this.page.evaluateHandle(() => {
        const seen = { drop: false };
        addEventListener('drop', () => (seen.drop = true), { once: true });
        return seen;
      });
      await send('dragEnter');
      await expect(async () => {
        await send('dragOver');
        await expect(zone).toBeVisible({ timeout: 500 });
      }).toPass({ timeout: 5000 });
      await send('dragOver');
      await send('drop');
      await expect.poll(() => dropped.evaluate((seen) => seen.drop), { timeout: 2000 }).toBe(true);
    }).toPass({ timeout: 15_000 });
    await expect(zone).toBeHidden();
    await session.detach();
  }
}
