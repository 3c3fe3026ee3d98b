import { expect, test } from './app.ts';

test('a part of the page that does not load leaves the rest usable', async ({
  pair: { finch: tab },
  browser,
  words,
}) => {
  await tab.say('before');
  // As when Starling was replaced by a newer one while the page was open: its parts are under other names now.
  await tab.page.route('**/SettingsDialog*.js', (route) => route.fulfill({ status: 404 }));
  await tab.button(words.settings).click();
  await expect(tab.page.getByRole('dialog')).toContainText(words.brokenText);
  await tab.page.keyboard.press('Escape');
  await tab.say('after');
  await expect(tab.entry('after')).toBeVisible();

  // uPlot does not load where the browser's language is none.
  const context = await browser.newContext();
  await context.addInitScript(() => {
    Object.defineProperty(navigator, 'language', { get: () => 'C' });
  });
  const page = await context.newPage();
  await page.goto(await tab.profile.address());
  await page.getByRole('button', { name: words.network, exact: true }).click();
  await expect(page.getByRole('dialog')).toContainText(words.plotSent);
  await expect(page.getByRole('alert')).toHaveCount(0);
  await context.close();
});
