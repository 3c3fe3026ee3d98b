import { expect, test } from './app.ts';
import { expectAccessible } from './axe.ts';
import type { Tab } from './tab.ts';

async function createRoom(tab: Tab, name: string): Promise<void> {
  const { words } = tab;
  await tab.button(words.newRoom).click();
  await expect(tab.page.getByRole('textbox', { name: words.roomNameLabel })).toBeFocused();
  await tab.page.keyboard.type(name);
  await tab.page.keyboard.press('Enter');
  await expect(tab.page.getByRole('heading', { level: 1, name })).toBeVisible();
  await expect(tab.page.getByRole('dialog')).toHaveCount(0);
}

test('a private room: created, joined by link, talked in, and left by who is removed', async ({
  pair,
  words,
}) => {
  const { finch, heron } = pair;
  await createRoom(finch, 'Plans');
  await expect(finch.page.getByText(words.privateRoom(1))).toBeVisible();
  await finch.button(words.invite).click();
  const dialog = finch.page.getByRole('dialog');
  await dialog.getByRole('button', { name: words.makeInvite }).click();
  await expect(dialog.getByRole('img', { name: words.qrLabel })).toBeVisible();
  await expect(dialog).toContainText(words.worksOnce('').slice(0, 4));
  const link = await dialog.locator('.invite-text').innerText();
  await finch.page.keyboard.press('Escape');
  await expect(finch.button(words.invite)).toBeFocused();

  await heron.button(words.joinRoom).click();
  await heron.page.getByRole('textbox', { name: words.inviteLabel }).fill(link);
  await heron.page.keyboard.press('Enter');
  await expect(heron.page.getByRole('heading', { level: 1, name: 'Plans' })).toBeVisible({ timeout: 20_000 });
  await expect(heron.page.getByText(words.privateRoom(2))).toBeVisible();
  await expect(finch.member('Heron')).toBeVisible();

  await heron.say('only for us');
  await expect(finch.entry('only for us')).toContainText('Heron');
  await finch.drop(finch.profile.file('plan.txt', Buffer.from('the plan')));
  await expect(heron.entry('plan.txt')).toContainText(words.transferDone);

  // By the keyboard alone: the menu, its last entry, and what it asks.
  await finch.tabTo(words.actionsOf('Heron'));
  await finch.page.keyboard.press('Enter');
  await expect(finch.page.getByRole('menuitem').first()).toBeFocused();
  await finch.page.keyboard.press('End');
  await expect(finch.page.getByRole('menuitem', { name: words.removeFromRoom })).toBeFocused();
  await finch.page.keyboard.press('Enter');
  await expect(dialog).toContainText(words.removeTitle('Heron', 'Plans'));
  await expect(dialog.getByRole('button', { name: words.cancel })).toBeFocused();
  await finch.tabTo(words.removeDo('Heron'));
  await finch.page.keyboard.press('Enter');
  await expect(finch.member('Heron')).toBeHidden();
  await expect(heron.page.getByText(words.removedBanner('Finch'))).toBeVisible();
  await expect(heron.button(words.send)).toBeDisabled();
  await expect(heron.entry('only for us')).toBeVisible();
  await finch.say('without Heron');
  await expect(finch.entry('without Heron')).toBeVisible();
  await expect(heron.entry('without Heron')).toHaveCount(0);
});

test('a message and a file to one person alone: unread there, answered, and in nobody else’s sight', async ({
  newcomers,
  words,
}) => {
  const { finch, heron } = newcomers;
  await finch
    .member('Heron')
    .getByRole('button', { name: words.messagePerson('Heron') })
    .click();
  await expect(finch.page.getByText(words.directRoom)).toBeVisible();
  await finch.say('between us');
  const row = heron.room('Finch');
  await expect(row).toContainText(words.unread(1), { timeout: 20_000 });
  await row.click();
  await expect(heron.entry('between us')).toBeVisible();
  await expect(heron.log.getByRole('heading', { name: words.unreadLine })).toBeVisible();
  await expect(row).not.toContainText(words.unread(1));
  await heron.say('yes');
  await expect(finch.entry('yes')).toContainText('Heron');

  await finch.room(words.lobby).click();
  const path = finch.profile.file('secret.txt', Buffer.from('for Heron'));
  const chooser = finch.page.waitForEvent('filechooser');
  await finch.act('Heron', words.sendFile);
  await (await chooser).setFiles(path);
  await expect(finch.entry('secret.txt')).toContainText(words.transferDoneOwn(1, 1));
  await expect(heron.entry('secret.txt')).toContainText(words.transferDone);
  expect(heron.profile.receivedBytes('secret.txt').toString()).toBe('for Heron');
  await heron.room(words.lobby).click();
  await expect(heron.entry('secret.txt')).toHaveCount(0);
});

test('two people verify each other by seven pictures', async ({ newcomers, words }) => {
  const { finch, heron } = newcomers;
  await finch.act('Heron', words.verify);
  const dialog = finch.page.getByRole('dialog');
  const number = dialog.getByRole('list', { name: words.safetyNumber });
  await expect(number.getByRole('listitem')).toHaveText(Array.from({ length: 12 }, () => /^\d{5}$/));
  await dialog.getByRole('button', { name: words.emojiStart }).click();
  await heron.button(words.emojiAccept).click();
  const pictures = (tab: Tab): ReturnType<Tab['page']['locator']> => tab.page.locator('.seven-emoji li');
  await expect(pictures(finch)).toHaveCount(7);
  await expect(pictures(heron)).toHaveText(await pictures(finch).allTextContents());
  await expect(heron.page.getByRole('list', { name: words.safetyNumber })).toHaveText(
    (await number.textContent())!,
  );
  await finch.button(words.emojiSame).click();
  await heron.button(words.emojiSame).click();
  for (const [tab, name] of [
    [finch, 'Heron'],
    [heron, 'Finch'],
  ] as const) {
    await expect(tab.page.getByRole('dialog')).toContainText(words.verifiedText(name));
    await tab.page.keyboard.press('Escape');
    await expect(tab.member(name)).toContainText(words.verifiedMark);
  }
});

test('a room that somebody is added to opens when it is accepted; an invite is taken back', async ({
  pair,
  words,
}) => {
  const { finch, heron } = pair;
  await createRoom(finch, 'Garden');
  await expectAccessible(finch, 'a private room');
  await finch.page.getByRole('complementary').getByRole('button', { name: words.addPeople }).click();
  await finch.button(words.addPerson('Heron')).click();
  await finch.page.keyboard.press('Escape');
  const offers = heron.page.getByRole('region', { name: words.offersTitle });
  await expect(offers).toContainText(words.offerFrom('Finch'), { timeout: 20_000 });
  await expect(heron.room('Garden')).toHaveCount(0);
  await offers.getByRole('button', { name: words.acceptOfferOf('Garden') }).click();
  await expect(heron.page.getByRole('heading', { level: 1, name: 'Garden' })).toBeVisible({
    timeout: 20_000,
  });
  await expect(offers).toHaveCount(0);
  await heron.say('here');
  await expect(finch.entry('here')).toContainText('Heron');

  await finch.button(words.invite).click();
  const dialog = finch.page.getByRole('dialog');
  await dialog.getByRole('button', { name: words.makeInvite }).click();
  await expect(dialog.locator('.invite-text')).toBeVisible();
  await finch.page.keyboard.press('Escape');
  await finch.button(words.roomSettings).click();
  await dialog.getByRole('button', { name: words.revokeInviteOf('Finch') }).click();
  await expect(dialog).not.toContainText(words.openInvites);
});

test('axe finds nothing serious in a private room and the dialogs', async ({ pair, words }) => {
  const { finch } = pair;
  const { page } = finch;
  await finch.button(words.newRoom).click();
  await expectAccessible(finch, 'create', 'dialog');
  await page.keyboard.press('Escape');
  await finch.button(words.joinRoom).click();
  await page.getByRole('textbox', { name: words.inviteLabel }).fill('no invite');
  await page.keyboard.press('Enter');
  await expect(page.getByText(words.inviteNotOne)).toBeVisible();
  await expectAccessible(finch, 'join', 'dialog');
  await page.keyboard.press('Escape');
  await finch.act('Heron', words.verify);
  await expect(page.getByRole('list', { name: words.safetyNumber })).toBeVisible();
  await expectAccessible(finch, 'verify', 'dialog');
  await page.keyboard.press('Escape');

  await createRoom(finch, 'Attic');
  await expectAccessible(finch, 'a private room');
  await finch.page.getByRole('complementary').getByRole('button', { name: words.addPeople }).click();
  await expectAccessible(finch, 'add people', 'dialog');
  await page.keyboard.press('Escape');
  await finch.button(words.invite).click();
  await page.getByRole('radio', { name: words.inviteWords }).check();
  await page.getByRole('button', { name: words.makeInvite }).last().click();
  await expect(page.locator('.six-words li')).toHaveCount(6);
  await expectAccessible(finch, 'invite', 'dialog');
  await page.keyboard.press('Escape');
  await finch.button(words.roomSettings).click();
  await expectAccessible(finch, 'room settings', 'dialog');
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 390, height: 780 });
  await page.locator('.rooms-toggle').click();
  // Below the rooms of earlier tests.
  await finch.room('Attic').scrollIntoViewIfNeeded();
  await expect(finch.room('Attic')).toBeInViewport();
  await expectAccessible(finch, 'rooms on a narrow screen');
});
