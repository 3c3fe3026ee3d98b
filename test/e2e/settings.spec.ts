import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { webWords } from '../../src/words/web.ts';
import { expect, test } from './app.ts';
import { expectAccessible } from './axe.ts';

test('name and colour at the first run; the colour is seen by others, and axe is content with all settings', async ({
  makeProfile,
  openTab,
}) => {
  test.setTimeout(90_000);
  const heron = await openTab(makeProfile('Heron'));
  const finch = await openTab(makeProfile());
  await finch.page.getByRole('radio', { name: 'Blue' }).check();
  await finch.joinAs('Finch');
  // Blue is 250 degrees, on every screen.
  const badge = heron.member('Finch').locator('.badge');
  await expect(badge).toHaveAttribute('style', '--hue: 250;');
  await expect(finch.page.locator('.own-card .badge')).toHaveAttribute('style', '--hue: 250;');

  await finch.button('Settings').click();
  const dialog = finch.page.getByRole('dialog');
  await dialog.getByRole('radio', { name: 'Pink' }).check();
  await expect(badge).toHaveAttribute('style', '--hue: 345;');
  for (const part of ['You', 'Appearance', 'Files', 'Network', 'Keys and people', 'About']) {
    await dialog.getByRole('button', { name: part, exact: true }).click();
    await expect(dialog.getByRole('heading', { name: part, exact: true })).toBeVisible();
    await expect(dialog.locator('.settings-body > :nth-child(2)')).toBeVisible();
    await expectAccessible(finch, `settings: ${part}`, 'dialog');
  }

  // Who is away is shown in the colour of the last time, to a page that never saw them.
  await finch.page.keyboard.press('Escape');
  await finch.say('goodbye');
  await expect(heron.entry('goodbye')).toBeVisible();
  await finch.profile.stop();
  await expect(heron.member('Finch')).toHaveCount(0);
  await heron.page.reload();
  await expect(heron.entry('goodbye').locator('.badge').first()).toHaveAttribute('style', '--hue: 345;');
});

test('folder, rate, rules, networks, addresses and people are set in the page, and count', async ({
  pair,
}) => {
  const { finch, heron } = pair;
  const dialog = heron.page.getByRole('dialog');
  const part = (name: string) => dialog.getByRole('button', { name, exact: true }).click();
  await heron.button('Settings').click();
  await part('Files');
  const folder = dialog.getByRole('textbox', { name: 'Folder for received files' });
  await folder.fill('downloads');
  await folder.press('Enter');
  await expect(dialog.getByRole('alert').filter({ hasText: 'is no place for received files' })).toBeVisible();
  const elsewhere = join(heron.profile.downloads, '..', 'elsewhere');
  await folder.fill(elsewhere);
  await folder.press('Enter');
  await expect(dialog.getByText('Files that come from now on appear there.')).toBeVisible();

  await dialog.getByText('For the original tool').click();
  const pace = dialog.getByRole('textbox', { name: 'Pace of files there' });
  await pace.fill('5');
  await expect(dialog.getByText('Please enter a whole number from 16 to 4000.')).toBeVisible();
  await pace.fill('128');
  await pace.press('Enter');
  await part('You');
  await part('Files');
  await dialog.getByText('For the original tool').click();
  await expect(pace).toHaveValue('128');

  // Of Finch nothing is taken without asking; of everybody else files as before.
  await dialog.getByRole('combobox', { name: 'Add a rule for' }).selectOption('Finch');
  const rule = dialog.getByRole('group', { name: 'From Finch' });
  const most = rule.getByRole('textbox', { name: 'Files up to' });
  await most.fill('lots');
  await expect(rule.getByText('Please enter a size such as 500 MB')).toBeVisible();
  await most.fill('0');
  await most.press('Enter');
  await expect(rule.getByRole('textbox', { name: 'Files up to' })).toHaveValue('0 B');
  await heron.page.keyboard.press('Escape');
  await finch.drop(finch.profile.file('notes.txt', Buffer.from('notes')));
  await heron.button('Accept notes.txt').click();
  await expect(heron.entry('notes.txt')).toContainText('Received and verified');
  expect(existsSync(join(elsewhere, 'notes.txt'))).toBe(true);

  await heron.button('Settings').click();
  await part('Network');
  await dialog.getByRole('textbox', { name: 'Address' }).fill('127.0.0.1');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dialog.getByRole('button', { name: 'Remove 127.0.0.1' })).toBeVisible();
  await dialog.getByText('For networks with several parts').click();
  await dialog.getByRole('textbox', { name: 'How far multicast goes (hops)' }).fill('4');
  await dialog.getByRole('textbox', { name: 'How far multicast goes (hops)' }).press('Enter');
  await expect(dialog.getByText('This counts from the next start on')).toBeVisible();

  await part('Keys and people');
  await expect(dialog.getByRole('button', { name: 'Verify Finch' })).toBeVisible();
  await dialog.getByRole('button', { name: 'Forget Finch' }).click();
  await dialog.getByRole('button', { name: 'Really forget?' }).click();
  await expect(dialog.getByRole('button', { name: 'Verify Finch' })).toBeHidden();
});

test('a file to one member alone arrives in the room of the two', async ({ pair }) => {
  const { finch, heron } = pair;
  const words = webWords.en;
  const path = finch.profile.file('secret.txt', Buffer.from('for Heron'));
  const chooser = finch.page.waitForEvent('filechooser');
  await finch.act('Heron', words.sendFile);
  await (await chooser).setFiles(path);
  await expect(finch.entry('secret.txt')).toContainText('1 of 1 have it, verified');
  await heron.room('Finch').click();
  await expect(heron.entry('secret.txt')).toContainText('Received and verified');
  expect(heron.profile.receivedBytes('secret.txt').toString()).toBe('for Heron');
});
