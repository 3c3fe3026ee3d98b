import AxeBuilder from '@axe-core/playwright';
import { expect } from '@playwright/test';
import type { Tab } from './tab.ts';

/** What axe finds that keeps somebody out, in either appearance; on the whole page, or `within` a part of it, which is quicker. */
export async function expectAccessible(tab: Tab, view: string, within?: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    // Without motion: halfway through a transition from one appearance to the other no colour is the one that stays.
    await tab.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const axe = new AxeBuilder({ page: tab.page }).options({ resultTypes: ['violations'] });
    // Of all that axe looks at, only contrast can differ between the two.
    if (colorScheme === 'dark') axe.withRules('color-contrast');
    const { violations } = await (within === undefined ? axe : axe.include(within)).analyze();
    const grave = violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
    expect(grave, `${view}, ${colorScheme}`).toEqual([]);
  }
}
