import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CLASSIC_RATE_MAX, CLASSIC_RATE_MIN } from '../../src/contract/api.ts';
import { problemWords } from '../../src/words/index.ts';
import { expect, test } from './app.ts';
import { expectAccessible } from './axe.ts';

test('name and colour at the first run and later are seen by others; axe is content with all settings', async ({
  makeProfile,
  openTab,
  words,
}) => {
  test.setTimeout(90_000);
  const [, , , , , blue = '', , pink = ''] = words.colourNames;
  const heron = await openTab(makeProfile('Heron'));
  const finch = await openTab(makeProfile());
  await finch.page.getByRole('radio', { name: blue }).check();
  await finch.joinAs('Finch');
  // Blue is 250 degrees, on every screen.
  const badge = heron.member('Finch').locator('.badge');
  await expect(badge).toHaveAttribute('style', '--hue: 250;');
  await expect(finch.page.locator('.own-card .badge')).toHaveAttribute('style', '--hue: 250;');

  await finch.button(words.settings).click();
  const dialog = finch.page.getByRole('dialog');
  await dialog.getByRole('radio', { name: pink }).check();
  await expect(badge).toHaveAttribute('style', '--hue: 345;');
  await dialog.getByRole('textbox').fill('Goldfinch');
  await dialog.getByRole('button', { name: words.save }).click();
  await expect(heron.member('Goldfinch')).toBeVisible();
  await expect(heron.members).toHaveCount(2);
  const { sectionProfile, sectionLooks, sectionFiles, sectionNetwork, sectionKeys, sectionAbout } = words;
  for (const part of [
    sectionProfile,
    sectionLooks,
    sectionFiles,
    sectionNetwork,
    sectionKeys,
    sectionAbout,
  ]) {
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
  newcomers,
  words,
  language,
}) => {
  const { finch, heron } = newcomers;
  const dialog = heron.page.getByRole('dialog');
  const part = (name: string) => dialog.getByRole('button', { name, exact: true }).click();
  await heron.button(words.settings).click();
  await part(words.sectionFiles);
  const folder = dialog.getByRole('textbox', { name: words.downloadsLabel });
  const refused = problemWords('folder-not-absolute', { path: 'downloads' }, language);
  await folder.fill('downloads');
  await folder.press('Enter');
  await expect(dialog.getByRole('alert').filter({ hasText: refused.what })).toBeVisible();
  const elsewhere = join(heron.profile.downloads, '..', 'elsewhere');
  await folder.fill(elsewhere);
  await folder.press('Enter');
  await expect(dialog.getByText(words.downloadsSaved)).toBeVisible();

  await dialog.getByText(words.classicTitle).click();
  const pace = dialog.getByRole('textbox', { name: words.classicPaceLabel });
  await pace.fill('5');
  await expect(
    dialog.getByText(words.classicPaceInvalid({ min: CLASSIC_RATE_MIN, max: CLASSIC_RATE_MAX })),
  ).toBeVisible();
  await pace.fill('128');
  await pace.press('Enter');
  await part(words.sectionProfile);
  await part(words.sectionFiles);
  await dialog.getByText(words.classicTitle).click();
  await expect(pace).toHaveValue('128');

  // Of Finch nothing is taken without asking; of everybody else files as before.
  await dialog.getByRole('combobox', { name: words.rulesAdd }).selectOption('Finch');
  const rule = dialog.getByRole('group', { name: words.rulesMember('Finch') });
  const most = rule.getByRole('textbox', { name: words.ruleAccept });
  await most.fill('lots');
  await expect(rule.getByText(words.ruleInvalid)).toBeVisible();
  await most.fill('0');
  await most.press('Enter');
  await expect(rule.getByRole('textbox', { name: words.ruleAccept })).toHaveValue('0 B');
  await heron.page.keyboard.press('Escape');
  await finch.drop(finch.profile.file('notes.txt', Buffer.from('notes')));
  await heron.button(words.acceptFile('notes.txt')).click();
  await expect(heron.entry('notes.txt')).toContainText(words.transferDone);
  expect(existsSync(join(elsewhere, 'notes.txt'))).toBe(true);

  await heron.button(words.settings).click();
  await part(words.sectionNetwork);
  await dialog.getByRole('textbox', { name: words.peerLabel }).fill('127.0.0.1');
  await dialog.getByRole('button', { name: words.peerAdd, exact: true }).click();
  await expect(dialog.getByRole('button', { name: words.peerRemove('127.0.0.1') })).toBeVisible();
  await dialog.getByText(words.networkFurther).click();
  await dialog.getByRole('textbox', { name: words.hopsLabel }).fill('4');
  await dialog.getByRole('textbox', { name: words.hopsLabel }).press('Enter');
  await expect(dialog.getByText(words.fromNextStart)).toBeVisible();

  await part(words.sectionKeys);
  await expect(dialog.getByRole('button', { name: words.knownVerify('Finch') })).toBeVisible();
  await dialog.getByRole('button', { name: words.knownForget('Finch') }).click();
  await dialog.getByRole('button', { name: words.forgetSure }).click();
  await expect(dialog.getByRole('button', { name: words.knownVerify('Finch') })).toBeHidden();
});
