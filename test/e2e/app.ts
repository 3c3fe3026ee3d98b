/** What the specs share: two people, each with a daemon and a tab, and the parts of the page by their names. */
import { test as base } from '@playwright/test';
import type { Locator, Page } from '@playwright/test';
import { reasonToSkip } from '../system.ts';
import { Profile } from './profile.ts';

/** A tab with the page of one profile. */
export class Tab {
  readonly page: Page;
  readonly profile: Profile;
  readonly input: Locator;
  readonly members: Locator;
  readonly log: Locator;

  constructor(page: Page, profile: Profile) {
    this.page = page;
    this.profile = profile;
    this.input = page.getByRole('textbox', { name: /^(Message|消息)$/ });
    this.members = page.getByRole('complementary').getByRole('listitem');
    this.log = page.getByRole('log');
  }

  /** First run: the name, and JOIN. */
  async joinAs(name: string): Promise<void> {
    await this.page.getByRole('textbox').fill(name);
    await this.page.getByRole('button', { name: /^(JOIN|加入)$/ }).click();
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

  /** Drops a file on the page as the system would: by its path. */
  async drop(path: string): Promise<void> {
    const session = await this.page.context().newCDPSession(this.page);
    const data = { items: [], files: [path], dragOperationsMask: 1 };
    const place = { x: 400, y: 300 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
      await session.send('Input.dispatchDragEvent', { type, ...place, data });
    await session.detach();
  }
}

interface Fixtures {
  /** A fresh profile, removed with its daemon after the test. */
  readonly makeProfile: (name?: string) => Profile;
  /** A tab, in a browser context of its own, with the page of a profile that is started for it. */
  readonly openTab: (profile: Profile, url?: string) => Promise<Tab>;
  /** Two people in the lobby who see each other. */
  readonly pair: { readonly finch: Tab; readonly heron: Tab };
}

export const test = base.extend<Fixtures>({
  // Playwright wants a pattern here, also of a fixture that needs no other.
  makeProfile: async ({ browserName: _browserName }, use) => {
    const profiles: Profile[] = [];
    await use((name) => {
      const profile = new Profile(name);
      profiles.push(profile);
      return profile;
    });
    await Promise.all(profiles.map((profile) => profile.remove()));
  },
  openTab: async ({ browser }, use) => {
    const problems: string[] = [];
    await use(async (profile, url) => {
      const context = await browser.newContext();
      const page = await context.newPage();
      // What the content security policy refuses, and what throws, is a fault of the page whatever else works.
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('console', (message) => {
        if (/content security policy/i.test(message.text())) problems.push(message.text());
      });
      await page.goto(url ?? (await profile.up()));
      return new Tab(page, profile);
    });
    base.expect(problems).toEqual([]);
  },
  pair: async ({ makeProfile, openTab }, use) => {
    const [finch, heron] = await Promise.all([openTab(makeProfile()), openTab(makeProfile())]);
    await Promise.all([finch.joinAs('Finch'), heron.joinAs('Heron')]);
    await base.expect(finch.member('Heron')).toBeVisible();
    await base.expect(heron.member('Finch')).toBeVisible();
    await use({ finch, heron });
  },
});

const reason = reasonToSkip('e2e');
test.beforeAll(() => {
  test.skip(reason !== undefined, reason ?? '');
});

export { expect } from '@playwright/test';
