/** The network at a glance, notifications, and the page as an app. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from './app.ts';
import { expectAccessible } from './axe.ts';

test('the network: what moves, who is reached how, who hears whom, what happened', async ({
  pair,
  words,
}) => {
  const { finch, heron } = pair;
  await finch.button(words.network).click();
  const dialog = finch.page.getByRole('dialog', { name: words.networkTitle });
  const plots = dialog.getByRole('img', { name: words.plotSays('', '') });
  await expect(plots).toHaveCount(3);
  await expect(plots.first().locator('canvas')).toBeVisible();
  const row = dialog.getByRole('row', { name: /Heron/ }).first();
  await expect(row).toContainText(words.ways.multicast);
  await expect(row).toContainText('127.0.0.1');
  // A file moves, and the plot says so.
  await heron.drop(heron.profile.file('big.bin', Buffer.alloc(8_000_000, 7)));
  await expect(plots.first()).toHaveAccessibleName(
    new RegExp(words.plotValue(words.plotReceived, '[1-9][0-9.]* [kM]B/s')),
  );

  await finch.button(words.doctorRun).click();
  await expect(finch.button(words.doctorAgain)).toBeVisible({ timeout: 20_000 });
  await expect(dialog.getByText(words.matrixTitle)).toBeVisible();
  const cells = dialog.locator('.matrix td[data-cell]');
  await expect(cells).toHaveCount(4);
  await expect(dialog.locator('.matrix td[data-cell="heard"]')).toHaveCount(2);

  await expectAccessible(finch, 'network', 'dialog');
  const log = dialog.getByRole('region', { name: words.eventsTitle });
  await expect(log).toContainText(words.eventOffered('Heron', 'big.bin'));
  const download = finch.page.waitForEvent('download');
  await finch.button(words.eventsExport).click();
  const lines = readFileSync(await (await download).path(), 'utf8')
    .trim()
    .split('\n');
  expect(lines.map((line) => JSON.parse(line).type)).toContain('transfer-offered');
});

test('messages are told while the page is not in sight; it can be installed', async ({
  pair,
  request,
  words,
}) => {
  const { finch, heron, room } = pair;
  await finch.page.context().grantPermissions(['notifications']);
  await finch.page.evaluate(() => {
    const shown: { title: string; body: string }[] = [];
    class Recorded extends EventTarget {
      static readonly permission = 'granted';
      static requestPermission = (): Promise<string> => Promise.resolve('granted');
      constructor(title: string, { body }: { body: string }) {
        super();
        shown.push({ title, body });
      }
      close(): void {}
    }
    Object.assign(globalThis, { Notification: Recorded, shown });
  });
  await finch.button(words.settings).click();
  await finch.button(words.notifyTitle).click();
  await finch.page.getByLabel(words.notifyLabel).check();
  await finch.page.keyboard.press('Escape');
  await heron.say('seen, so not told');
  await expect(finch.entry('seen, so not told')).toBeVisible();
  await finch.page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await heron.say('Come to the pump room');
  await expect
    .poll(() => finch.page.evaluate(() => (globalThis as unknown as { shown: object[] }).shown))
    .toEqual([{ title: words.notifyIn('Heron', room), body: 'Come to the pump room' }]);
  await expect(finch.page).toHaveTitle(/^\(1\) /);

  // What the page begins with stays small enough for a slow machine.
  const scripts = await finch.page
    .locator('script[src]')
    .evaluateAll((all) => all.map((one) => (one as HTMLScriptElement).src));
  const bodies = await Promise.all(scripts.map(async (src) => (await request.get(src)).body()));
  expect(bodies.reduce((sum, body) => sum + gzipSync(body).length, 0)).toBeLessThan(200_000);

  const { origin } = new URL(finch.page.url());
  const href = await finch.page.locator('link[rel=manifest]').getAttribute('href');
  const answer = await request.get(new URL(href ?? '', origin).href);
  expect(answer.headers()['content-type']).toContain('application/manifest+json');
  const manifest = (await answer.json()) as { icons: { src: string; sizes: string }[]; display: string };
  expect(manifest.display).toBe('standalone');
  for (const { src } of manifest.icons) {
    const icon = await request.get(new URL(src, `${origin}/`).href);
    expect(icon.headers()['content-type']).toBe('image/png');
  }
});
