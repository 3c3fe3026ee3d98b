/** The main views against pictures that were accepted, of each project its own. */
import { expect, test } from './app.ts';
import { expectLooks } from './looks.ts';
import { landscape } from './picture.ts';

test('the main views look as they were accepted', async ({ makeProfile, openTab, words, colorScheme }) => {
  test.setTimeout(120_000);
  const finch = await openTab(makeProfile());
  await expect(finch.button(words.join)).toBeVisible();
  await finch.page.getByRole('textbox').fill('Finch');
  await expectLooks(finch, 'first-run');
  await finch.joinAs('Finch');
  await expect(finch.page.getByRole('heading', { name: words.aloneTitle })).toBeVisible();
  await expectLooks(finch, 'alone');

  const heron = await openTab(makeProfile('Heron'));
  await expect(finch.member('Heron')).toBeVisible();
  // One after the other: what is said at the same moment stands in either order.
  await heron.say('Who has the **key** to the pump room?');
  await expect(finch.log).toContainText('pump room');
  await finch.say('I have it.');
  await expect(heron.log).toContainText('I have it.');
  await heron.say('好的，谢谢！');
  await expect(finch.log).toContainText('好的');
  await heron.drop(heron.profile.file('evening.png', landscape(160, 100)));
  await expect(finch.log.getByRole('img')).toBeVisible();
  await finch.drop(finch.profile.file('notes.txt', Buffer.from('notes')));
  await expect(heron.entry('notes.txt').getByRole('button')).toHaveCount(2);
  await expect(finch.entry('notes.txt')).toContainText(words.memberVerified);
  await expectLooks(finch, 'conversation');
  // The other appearance, of what is looked at most.
  await finch.page.emulateMedia({ colorScheme: colorScheme === 'light' ? 'dark' : 'light' });
  await expectLooks(finch, 'conversation-other');
  await finch.page.emulateMedia({ colorScheme });

  await finch.page.locator('.button', { hasText: words.deliveryDetails }).click();
  await expectLooks(finch, 'delivery');
  await finch.page.keyboard.press('Escape');
  await finch.page.keyboard.press('Control+K');
  await finch.page.getByRole('searchbox').fill('key');
  await expect(finch.page.locator('.search-hit')).toHaveCount(1);
  await expectLooks(finch, 'search');
  await finch.button(words.close).click();
  await finch.button(words.settings).click();
  await expectLooks(finch, 'settings');
  await finch.page.keyboard.press('Escape');
  await finch.button(words.network).click();
  await expect(finch.page.locator('.network-part tbody tr')).toHaveCount(1);
  await expectLooks(finch, 'network');
  await finch.page.keyboard.press('Escape');

  await finch.button(words.newRoom).click();
  await finch.page.keyboard.type('Plans');
  await finch.page.keyboard.press('Enter');
  await expect(finch.page.getByRole('heading', { level: 1, name: 'Plans' })).toBeVisible();
  await expectLooks(finch, 'private-room');
  await finch.page.setViewportSize({ width: 390, height: 780 });
  await finch.page.locator('.rooms-toggle').click();
  await expectLooks(finch, 'rooms-narrow');
  await finch.room(words.lobby).click();
  await expectLooks(finch, 'conversation-narrow');
});
