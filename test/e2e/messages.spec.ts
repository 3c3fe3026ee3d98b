/** What can be done with what was said: answering, reacting, changing, deleting, finding, keeping. */
import { readFileSync } from 'node:fs';
import { expect, test } from './app.ts';
import { expectAccessible } from './axe.ts';
import type { Tab } from './tab.ts';

/** Chooses from the menu of the message that has this text. */
async function act(tab: Tab, text: string, item: string): Promise<void> {
  const entry = tab.entry(text);
  await entry.hover();
  await entry.getByRole('button', { name: tab.words.messageActions }).click();
  await tab.page.getByRole('menuitem', { name: item, exact: true }).click();
}

test('reply, reaction, edit, deletion, hiding: the other one and a second tab see each', async ({
  pair,
  openTab,
  words,
}) => {
  const { finch, heron, room } = pair;
  const second = await openTab(finch.profile, await finch.profile.address());
  await second.room(room).click();
  await heron.say('Who has the key?');

  // An answer, by the button beside the message; Escape gives it up.
  const question = finch.entry('Who has the key?').first();
  await question.hover();
  await question.getByRole('button', { name: words.replyTo('Heron') }).click();
  await expect(finch.input).toBeFocused();
  await finch.input.press('Escape');
  await expect(finch.page.locator('.composing-bar')).toBeHidden();
  await question.hover();
  await question.getByRole('button', { name: words.replyTo('Heron') }).click();
  await finch.say('I haev it');
  const quote = heron.entry('I haev it').locator('blockquote');
  await expect(quote).toContainText('Who has the key?');
  await expect(finch.entry('I haev it')).toBeVisible();

  // The last own message, by the arrow key in an empty line.
  await finch.input.press('ArrowUp');
  await expect(finch.input).toHaveValue('I haev it');
  await finch.say('I have it');
  for (const tab of [heron, second]) await expect(tab.entry('I have it')).toContainText(words.messageEdited);

  // A reaction, by the keyboard alone; the other one joins in, and takes it back.
  await question.getByRole('button', { name: words.react }).focus();
  await finch.page.keyboard.press('Enter');
  await expect(finch.page.getByRole('menuitem').first()).toBeFocused();
  await finch.page.keyboard.press('ArrowRight');
  await finch.page.keyboard.press('Enter');
  const hearts = heron.entry('Who has the key?').first().locator('.reactions button').first();
  await expect(hearts).toContainText('❤️ 1');
  await hearts.click();
  await expect(question.locator('.reactions button').first()).toContainText('❤️ 2');
  await hearts.click();
  await expect(question.locator('.reactions button').first()).toContainText('❤️ 1');
  await act(finch, 'I have it', words.copyText);
  // Any other emoji, of the keyboard of the system.
  await question.hover();
  await question.getByRole('button', { name: words.react, exact: true }).click();
  await finch.page.getByRole('menuitem', { name: words.reactOther }).click();
  await expectAccessible(finch, 'another emoji', 'dialog');
  await finch.page.getByRole('textbox', { name: words.reactLabel }).fill('ok');
  await expect(finch.page.getByRole('alert')).toHaveText(words.reactInvalid);
  await finch.page.getByRole('textbox', { name: words.reactLabel }).fill('🦜');
  await finch.page.keyboard.press('Enter');
  await expect(heron.entry('Who has the key?').first().locator('.reactions')).toContainText('🦜 1');

  // Deleted for everyone, after a question; hidden for one alone.
  await finch.say('a mistake');
  await expect(heron.entry('a mistake')).toBeVisible();
  await act(finch, 'a mistake', words.deleteMessage);
  await expectAccessible(finch, 'a question', 'dialog');
  await finch.button(words.cancel).click();
  await expect(finch.entry('a mistake')).toBeVisible();
  await act(finch, 'a mistake', words.deleteMessage);
  await finch.button(words.deleteDo).click();
  for (const tab of [finch, heron, second]) {
    await expect(tab.entry('a mistake')).toHaveCount(0);
    await expect(tab.entry(words.messageDeleted)).toBeVisible();
  }
  await act(heron, 'I have it', words.hideMessage);
  await heron.button(words.hideDo).click();
  await expect(heron.entry('I have it')).toHaveCount(0);
  await expect(finch.entry('I have it')).toBeVisible();
});

test('who types and who has read is shown, and what is unread is the same in every tab', async ({
  pair,
  openTab,
  words,
}) => {
  const { finch, heron, room } = pair;
  await heron.input.pressSequentially('He');
  await expect(finch.page.getByText(words.typingOne('Heron'))).toBeVisible();
  await heron.say('Hello');
  await expect(finch.page.getByText(words.typingOne('Heron'))).toBeHidden();
  // Read by the other one, who looks at it.
  await expect(heron.entry('Hello').locator('.readers')).toContainText(words.readBy('Finch'));
  // Also where one message follows the other without a pause: others are told of it only now and then, Finch's other
  // tabs at once.
  let said = 0;
  await expect(async () => {
    await heron.profile.request('say', { room, text: `on and on ${++said}` });
    expect(said).toBeGreaterThan(10);
    expect(await finch.profile.unread(room)).toBeLessThan(said / 2);
  }).toPass({ intervals: [50], timeout: 10_000 });

  // In another room, so that what comes to this one is unread: in both tabs, until one of them looks.
  const second = await openTab(finch.profile, await finch.profile.address());
  await finch.room(words.lobby).click();
  await heron.say('one');
  await heron.say('two');
  for (const tab of [finch, second]) await expect(tab.room(room)).toContainText(words.unread(2));
  await second.page.reload();
  await expect(second.room(room)).toContainText(words.unread(2));
  await finch.room(room).click();
  await expect(finch.log.getByText(words.unreadLine, { exact: true })).toBeVisible();
  await expect(second.room(room)).not.toContainText(words.unread(2));
});

test('search finds, leads there and back; a day is gone to; the room is kept as long as one says', async ({
  makeProfile,
  openTab,
  words,
}) => {
  const profile = makeProfile('Finch');
  const lines = Array.from({ length: 900 }, (_, index) => `line ${index + 1}`);
  lines[99] = 'the pump is on deck two <img src=x onerror=alert(1)> \u202Eevil';
  lines[499] = '水泵在二层甲板';
  profile.remember(lines);
  const finch = await openTab(profile);
  await expect(finch.log.getByText('line 900', { exact: true })).toBeInViewport();

  await finch.page.keyboard.press('Control+K');
  const field = finch.page.getByRole('searchbox', { name: words.searchWords });
  await expect(field).toBeFocused();
  await field.fill('甲板');
  await expect(finch.page.locator('.search-hit mark')).toHaveText('甲板');
  await field.fill('pump deck');
  const hit = finch.page.locator('.search-hit');
  await expect(hit).toHaveCount(1);
  await expect(hit.locator('mark')).toHaveText(['pump', 'deck']);
  await expect(hit.locator('img')).toHaveCount(0);
  await expectAccessible(finch, 'search', 'dialog');
  await hit.click();
  const found = finch.entry('the pump is on deck two');
  await expect(found).toBeInViewport();
  await expect(found).toHaveAttribute('data-focus', 'true');
  await expect(found).toHaveAttribute('data-focus', 'false');

  await finch.button(words.toNewest).click();
  await expect(finch.log.getByText('line 900', { exact: true })).toBeInViewport();

  // Of many hits more come as one scrolls; and a day is gone to.
  await finch.button(words.search).click();
  await field.fill('line');
  await expect(finch.page.locator('.search-hit').first()).toContainText('line 900');
  await finch.page.locator('.search-hit').last().scrollIntoViewIfNeeded();
  await expect.poll(() => finch.page.locator('.search-hit').count()).toBeGreaterThan(30);
  const today = new Date();
  const day = `${today.getFullYear()}-${String(today.getMonth() + 1).padStart(2, '0')}-${String(today.getDate()).padStart(2, '0')}`;
  await finch.page.getByLabel(words.goToDay).fill(day);
  await finch.button(words.goToDayDo).click();
  await expect(finch.page.getByRole('dialog')).toBeHidden();

  // All of it as a page, and then nothing older than a day: there is none.
  await finch.button(words.roomSettings).click();
  await finch.button(words.exportHtml).click();
  const path = finch.page.locator('.export code');
  await expect(path).toContainText(profile.downloads);
  const file = (await path.textContent()) ?? '';
  expect(readFileSync(file, 'utf8')).toContain('水泵在二层甲板');
  await finch.page.getByLabel(words.keepLabel).selectOption('1');
  await expect(finch.page.getByText(words.keepWarning)).toBeVisible();
  await expectAccessible(finch, 'what is kept', 'dialog');
  await finch.button(words.keepDo).click();
  await expect(finch.page.getByText(words.keepDropped(0))).toBeVisible();
});
