import { expect, test } from './app.ts';
import { expectAccessible } from './axe.ts';
import type { Tab } from './tab.ts';

async function createRoom(tab: Tab, name: string): Promise<void> {
  await tab.button('New room').click();
  await expect(tab.page.getByRole('textbox', { name: 'Name of the room' })).toBeFocused();
  await tab.page.keyboard.type(name);
  await tab.page.keyboard.press('Enter');
  await expect(tab.page.getByRole('heading', { level: 1, name })).toBeVisible();
  await expect(tab.page.getByRole('dialog')).toHaveCount(0);
}

test('a private room: created, joined by link, talked in, and left by who is removed', async ({ pair }) => {
  const { finch, heron } = pair;
  await createRoom(finch, 'Plans');
  await expect(finch.page.getByText('Private: only you can read it')).toBeVisible();
  await finch.button('Invite').click();
  const dialog = finch.page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Make an invite' }).click();
  await expect(dialog.getByRole('img', { name: 'QR code of the invite' })).toBeVisible();
  await expect(dialog).toContainText('Works once, until');
  const link = await dialog.locator('.invite-text').innerText();
  await finch.page.keyboard.press('Escape');
  await expect(finch.button('Invite')).toBeFocused();

  await heron.button('Join').click();
  await heron.page.getByRole('textbox', { name: 'Invite' }).fill(link);
  await heron.page.keyboard.press('Enter');
  await expect(heron.page.getByRole('heading', { level: 1, name: 'Plans' })).toBeVisible({ timeout: 20_000 });
  await expect(heron.page.getByText('Private: only its 2 members can read it')).toBeVisible();
  await expect(finch.member('Heron')).toBeVisible();

  await heron.say('only for us');
  await expect(finch.entry('only for us')).toContainText('Heron');
  await finch.drop(finch.profile.file('plan.txt', Buffer.from('the plan')));
  await expect(heron.entry('plan.txt')).toContainText('Received and verified');

  // By the keyboard alone: the menu, its last entry, and what it asks.
  await finch.tabTo('Actions for Heron');
  await finch.page.keyboard.press('Enter');
  await expect(finch.page.getByRole('menuitem').first()).toBeFocused();
  await finch.page.keyboard.press('End');
  await expect(finch.page.getByRole('menuitem', { name: 'Remove from this room…' })).toBeFocused();
  await finch.page.keyboard.press('Enter');
  await expect(dialog).toContainText('Remove Heron from Plans?');
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await finch.tabTo('Remove Heron');
  await finch.page.keyboard.press('Enter');
  await expect(finch.member('Heron')).toBeHidden();
  await expect(heron.page.getByText('Finch has removed you from this room.')).toBeVisible();
  await expect(heron.button('SEND')).toBeDisabled();
  await expect(heron.entry('only for us')).toBeVisible();
  await finch.say('without Heron');
  await expect(finch.entry('without Heron')).toBeVisible();
  await expect(heron.entry('without Heron')).toHaveCount(0);
});

test('a message to one person alone is unread there, and is answered', async ({ pair }) => {
  const { finch, heron } = pair;
  await finch.member('Heron').getByRole('button', { name: 'Message Heron' }).click();
  await expect(finch.page.getByText('Private: only the two of you can read it')).toBeVisible();
  await finch.say('between us');
  const row = heron.room('Finch');
  await expect(row).toContainText('1 unread', { timeout: 20_000 });
  await row.click();
  await expect(heron.entry('between us')).toBeVisible();
  await expect(heron.log.getByRole('heading', { name: 'New' })).toBeVisible();
  await expect(row).not.toContainText('unread');
  await heron.say('yes');
  await expect(finch.entry('yes')).toContainText('Heron');
});

test('two people verify each other by seven pictures', async ({ pair }) => {
  const { finch, heron } = pair;
  await finch.act('Heron', 'Verify…');
  const dialog = finch.page.getByRole('dialog');
  const number = dialog.getByRole('list', { name: 'Safety number' });
  await expect(number.getByRole('listitem')).toHaveText(Array.from({ length: 12 }, () => /^\d{5}$/));
  await dialog.getByRole('button', { name: 'Start comparing' }).click();
  await heron.button('Compare').click();
  const pictures = (tab: Tab): ReturnType<Tab['page']['locator']> => tab.page.locator('.seven-emoji li');
  await expect(pictures(finch)).toHaveCount(7);
  await expect(pictures(heron)).toHaveText(await pictures(finch).allTextContents());
  await expect(heron.page.getByRole('list', { name: 'Safety number' })).toHaveText(
    (await number.textContent())!,
  );
  await finch.button('They match').click();
  await heron.button('They match').click();
  for (const [tab, name] of [
    [finch, 'Heron'],
    [heron, 'Finch'],
  ] as const) {
    await expect(tab.page.getByRole('dialog')).toContainText(`You have verified ${name}.`);
    await tab.page.keyboard.press('Escape');
    await expect(tab.member(name)).toContainText('Verified');
  }
});

test('a room that somebody is added to opens when it is accepted; an invite is taken back', async ({
  pair,
}) => {
  const { finch, heron } = pair;
  await createRoom(finch, 'Plans');
  await expectAccessible(finch, 'a private room');
  await finch.page.getByRole('complementary').getByRole('button', { name: 'Add people' }).click();
  await finch.button('Add Heron').click();
  await finch.page.keyboard.press('Escape');
  const offers = heron.page.getByRole('region', { name: 'Offered to you' });
  await expect(offers).toContainText('Finch lets you in', { timeout: 20_000 });
  await expect(heron.room('Plans')).toHaveCount(0);
  await offers.getByRole('button', { name: 'Open Plans' }).click();
  await expect(heron.page.getByRole('heading', { level: 1, name: 'Plans' })).toBeVisible({ timeout: 20_000 });
  await expect(offers).toHaveCount(0);
  await heron.say('here');
  await expect(finch.entry('here')).toContainText('Heron');

  await finch.button('Invite').click();
  const dialog = finch.page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Make an invite' }).click();
  await expect(dialog.locator('.invite-text')).toBeVisible();
  await finch.page.keyboard.press('Escape');
  await finch.button('Room settings').click();
  await dialog.getByRole('button', { name: 'Take back the invite by Finch' }).click();
  await expect(dialog).not.toContainText('Invites that nobody has used yet');
});

test('axe finds nothing serious in a private room and the dialogs', async ({ pair }) => {
  const { finch } = pair;
  const { page } = finch;
  await finch.button('New room').click();
  await expectAccessible(finch, 'create', 'dialog');
  await page.keyboard.press('Escape');
  await finch.button('Join').click();
  await page.getByRole('textbox', { name: 'Invite' }).fill('no invite');
  await page.keyboard.press('Enter');
  await expect(page.getByText('This is no invite.')).toBeVisible();
  await expectAccessible(finch, 'join', 'dialog');
  await page.keyboard.press('Escape');
  await finch.act('Heron', 'Verify…');
  await expect(page.getByRole('list', { name: 'Safety number' })).toBeVisible();
  await expectAccessible(finch, 'verify', 'dialog');
  await page.keyboard.press('Escape');

  await createRoom(finch, 'Plans');
  await expectAccessible(finch, 'a private room');
  await finch.page.getByRole('complementary').getByRole('button', { name: 'Add people' }).click();
  await expectAccessible(finch, 'add people', 'dialog');
  await page.keyboard.press('Escape');
  await finch.button('Invite').click();
  await page.getByRole('radio', { name: 'Six words' }).check();
  await page.getByRole('button', { name: 'Make an invite' }).last().click();
  await expect(page.locator('.six-words li')).toHaveCount(6);
  await expectAccessible(finch, 'invite', 'dialog');
  await page.keyboard.press('Escape');
  await finch.button('Room settings').click();
  await expectAccessible(finch, 'room settings', 'dialog');
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 390, height: 780 });
  await page.locator('.rooms-toggle').click();
  await expect(finch.room('Plans')).toBeInViewport();
  await expectAccessible(finch, 'rooms on a narrow screen');
});
