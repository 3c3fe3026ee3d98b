/** What the specs share: people with a daemon each, their tabs, and the words that these show in the language of the project. */
import { test as base } from '@playwright/test';
import type { BrowserContext } from '@playwright/test';
import { languageOf } from '../../src/words/index.ts';
import type { Language } from '../../src/words/index.ts';
import { webWords } from '../../src/words/web.ts';
import type { WebWords } from '../../src/words/web.ts';
import { reasonToSkip } from '../system.ts';
import { enterNetworkOfWorker } from './own-network.ts';
import { Profile } from './profile.ts';
import { Regulars } from './regulars.ts';
import type { Pair } from './regulars.ts';
import { Tab, watch } from './tab.ts';

interface Fixtures {
  /** Skips where the machine lacks what a browser test needs, and says what. */
  readonly machine: void;
  readonly language: Language;
  /** What the page says, in the language that it is opened in. */
  readonly words: WebWords;
  /** A fresh profile, removed with its daemon after the test. */
  readonly makeProfile: (name?: string) => Profile;
  /** A tab, in a browser context of its own, with the page of a profile that is started for it. */
  readonly openTab: (profile: Profile, url?: string) => Promise<Tab>;
  /** Two people who see each other, in a room with nothing in it. Only they know of earlier tests. */
  readonly pair: Pair;
  /** Two people who have just begun, in the lobby: for what would stay with a person after the test. */
  readonly newcomers: Pair;
}

interface WorkerFixtures {
  readonly network: void;
  readonly regulars: Regulars;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  // Playwright wants a pattern here, also of a fixture that needs no other.
  network: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      await enterNetworkOfWorker();
      await use();
    },
    { auto: true, scope: 'worker' },
  ],
  regulars: [
    async ({ browser }, use) => {
      const regulars = new Regulars(browser);
      await use(regulars);
      await regulars.remove();
    },
    { scope: 'worker' },
  ],
  machine: [
    async ({ browserName: _browserName }, use, testInfo) => {
      const reason = reasonToSkip('e2e');
      testInfo.skip(reason !== undefined, reason ?? '');
      await use();
    },
    { auto: true },
  ],
  language: async ({ locale }, use) => {
    await use(languageOf(locale));
  },
  words: async ({ language }, use) => {
    await use(webWords[language]);
  },
  makeProfile: async ({ browserName: _browserName }, use) => {
    const profiles: Profile[] = [];
    await use((name) => {
      const profile = new Profile(name);
      profiles.push(profile);
      return profile;
    });
    await Promise.all(profiles.map((profile) => profile.remove()));
  },
  openTab: async ({ browser, words }, use) => {
    const problems: string[] = [];
    const contexts: BrowserContext[] = [];
    await use(async (profile, url) => {
      const context = await browser.newContext();
      contexts.push(context);
      const page = await context.newPage();
      watch(page, problems);
      await page.goto(url ?? (await profile.up()));
      return new Tab(page, profile, words);
    });
    // A page left open goes on looking for its daemon, and takes the focus and the processor of the tests that follow.
    await Promise.all(contexts.map((context) => context.close()));
    base.expect(problems).toEqual([]);
  },
  pair: async ({ regulars, words }, use) => {
    await use(await regulars.meet(words));
    base.expect(await regulars.part()).toEqual([]);
  },
  newcomers: async ({ makeProfile, openTab, words }, use) => {
    // Named from birth: the name that a profile begins with is some bird's, and could be the other one's.
    const [finch, heron] = await Promise.all([openTab(makeProfile('Finch')), openTab(makeProfile('Heron'))]);
    await base.expect(finch.member('Heron')).toBeVisible();
    await base.expect(heron.member('Finch')).toBeVisible();
    await use({ finch, heron, room: words.lobby });
  },
});

export { expect } from '@playwright/test';
