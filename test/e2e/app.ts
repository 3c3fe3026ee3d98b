/** What the specs share: people with a daemon each, and their tabs. */
import { test as base } from '@playwright/test';
import type { BrowserContext } from '@playwright/test';
import { reasonToSkip } from '../system.ts';
import { Profile } from './profile.ts';
import { Tab } from './tab.ts';

interface Fixtures {
  /** Skips where the machine lacks what a browser test needs, and says what. */
  readonly machine: void;
  /** A fresh profile, removed with its daemon after the test. */
  readonly makeProfile: (name?: string) => Profile;
  /** A tab, in a browser context of its own, with the page of a profile that is started for it. */
  readonly openTab: (profile: Profile, url?: string) => Promise<Tab>;
  /** Two people in the lobby who see each other. */
  readonly pair: { readonly finch: Tab; readonly heron: Tab };
}

export const test = base.extend<Fixtures>({
  machine: [
    async ({ browserName: _browserName }, use, testInfo) => {
      const reason = reasonToSkip('e2e');
      testInfo.skip(reason !== undefined, reason ?? '');
      await use();
    },
    { auto: true },
  ],
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
    const contexts: BrowserContext[] = [];
    await use(async (profile, url) => {
      const context = await browser.newContext();
      contexts.push(context);
      const page = await context.newPage();
      // What the content security policy refuses, and what throws, is a fault of the page whatever else works.
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('console', (message) => {
        if (/content security policy/i.test(message.text())) problems.push(message.text());
      });
      // With a listener from the start no dialog for files opens before Playwright has told the browser to hand it over.
      page.on('filechooser', () => {});
      await page.goto(url ?? (await profile.up()));
      return new Tab(page, profile);
    });
    // A page left open goes on looking for its daemon, and takes the focus and the processor of the tests that follow.
    await Promise.all(contexts.map((context) => context.close()));
    base.expect(problems).toEqual([]);
  },
  pair: async ({ makeProfile, openTab }, use) => {
    // Named from birth: the name that a profile begins with is some bird's, and could be the other one's.
    const [finch, heron] = await Promise.all([openTab(makeProfile('Finch')), openTab(makeProfile('Heron'))]);
    await base.expect(finch.member('Heron')).toBeVisible();
    await base.expect(heron.member('Finch')).toBeVisible();
    await use({ finch, heron });
  },
});

export { expect } from '@playwright/test';
