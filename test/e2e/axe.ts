import AxeBuilder from '@axe-core/playwright';
import { expect } from '@playwright/test';
import type { Tab } from './tab.ts';

/** What axe finds that keeps somebody out, in the appearance of the project; on the whole page, or `within` a part of it, which is quicker. */
export async function expectAccessible(tab: Tab, view: string, within?: string): Promise<void> {
  // Without motion: halfway through a transition no colour is the one that stays.
  await tab.page.emulateMedia({ reducedMotion: 'reduce' });
  // The “legacy” way looks at one frame alone, and the page has but one: it takes less than half of the time.
  const axe = new AxeBuilder({ page: tab.page }).options({ resultTypes: ['violations'] }).setLegacyMode(true);
  const { violations } = await (within === undefined ? axe : axe.include(within)).analyze();
  const grave = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
  expect(grave, view).toEqual([]);
}
