import { expect, test } from './app.ts';
import { expectAccessible } from './axe.ts';
import { landscape } from './picture.ts';

test('axe finds nothing serious on any view', async ({ makeProfile, openTab, words, locale }) => {
  // A dozen scans of whole pages: most of it is axe’s own time. Dialogs are scanned where they are tried.
  test.setTimeout(180_000);
  const finch = await openTab(makeProfile());
  await expect(finch.page.locator('html')).toHaveAttribute('lang', locale ?? '');
  await expect(finch.button(words.join)).toBeVisible();
  await expectAccessible(finch, 'first run');

  await finch.joinAs('Finch');
  await expect(finch.page.getByRole('heading', { name: words.aloneTitle })).toBeVisible();
  await expectAccessible(finch, 'alone');

  const heron = await openTab(makeProfile('Heron'));
  await expect(finch.member('Heron')).toBeVisible();
  await heron.say('Hello');
  await finch.say('你好');
  await heron.drop(heron.profile.file('evening.png', landscape(64, 40)));
  await expect(finch.log.getByRole('img')).toBeVisible();
  await finch.drop(finch.profile.file('notes.txt', Buffer.from('notes')));
  await expect(heron.entry('notes.txt').getByRole('button')).toHaveCount(2);
  await expectAccessible(finch, 'a conversation');

  await finch.button(words.actionsOf('Heron')).click();
  await expect(finch.page.getByRole('menuitem')).not.toHaveCount(0);
  await expectAccessible(finch, 'what can be done with a member');
  await finch.page.getByRole('menuitem', { name: words.mute }).click();
  await expect(finch.page.getByRole('heading', { name: words.mutedTitle })).toBeVisible();
  await expectAccessible(finch, 'a muted member');

  await finch.button(words.settings).click();
  await expectAccessible(finch, 'settings');
  await finch.page.keyboard.press('Escape');

  await finch.button(words.quit).click();
  await expect(finch.button(words.join)).toBeVisible();
  await expectAccessible(finch, 'out of the room');

  await finch.page.setViewportSize({ width: 390, height: 780 });
  await finch.button(words.join).click();
  await finch.page.locator('.members-toggle').click();
  await expect(finch.members.first()).toBeVisible();
  await expectAccessible(finch, 'members on a narrow screen');
});

test('everything is reached by the keyboard: send a file, mute a member, take it back', async ({
  pair,
  words,
}) => {
  const { finch, heron } = pair;
  const path = finch.profile.file('notes.txt', Buffer.from('notes'));
  await finch.tabTo(words.chooseFile);
  const dialog = finch.page.waitForEvent('filechooser');
  await finch.page.keyboard.press('Space');
  await (await dialog).setFiles(path);
  await expect(heron.entry('notes.txt')).toContainText(words.transferDone);

  await finch.tabTo(words.actionsOf('Heron'));
  await finch.page.keyboard.press('Enter');
  const mute = finch.page.getByRole('menuitem', { name: words.mute });
  await expect(finch.page.getByRole('menuitem').first()).toBeFocused();
  await finch.page.keyboard.press('End');
  await expect(mute).toBeFocused();
  await finch.page.keyboard.press('Enter');
  await finch.tabTo(words.undo);
  await finch.page.keyboard.press('Enter');
  await expect(finch.page.getByRole('heading', { name: words.mutedTitle })).toBeHidden();
  await finch.tabTo(words.quit);
  await finch.page.keyboard.press('Enter');
  await expect(heron.member('Finch')).toBeHidden();
});

test('on a narrow screen the members are behind a button, and close again', async ({ pair, words }) => {
  const { finch } = pair;
  await finch.page.setViewportSize({ width: 390, height: 780 });
  const show = finch.button(`${words.membersTitle} 2`);
  await expect(finch.members.first()).toBeHidden();
  await show.click();
  await expect(finch.member('Heron')).toBeVisible();
  await finch.page.getByRole('complementary').getByRole('button', { name: words.hideMembers }).click();
  await expect(finch.members.first()).toBeHidden();
  await expect(show).toBeFocused();
});
