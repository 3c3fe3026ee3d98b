import { expect, test } from './app.ts';

test('two people join, see each other and talk; each tab tells own from others', async ({ pair, words }) => {
  const { finch, heron } = pair;
  await expect(finch.members.first()).toContainText('Finch');
  await expect(finch.members.first()).toContainText(words.youMark);
  await expect(finch.member('Heron')).toContainText('127.0.0.1');
  await expect(finch.member('Heron')).toContainText(words.heard('').trim());

  await finch.say('Good morning');
  await expect(finch.input).toHaveValue('');
  await expect(finch.input).toBeFocused();
  await expect(heron.entry('Good morning')).toContainText('Finch');
  await expect(finch.entry('Good morning')).toContainText(words.you);

  await heron.input.fill('Morning!');
  await heron.button(words.send).click();
  await expect(heron.input).toBeFocused();
  await expect(finch.entry('Morning!')).toContainText('Heron');
});

test('Shift+Enter breaks the line, and a message keeps its lines', { tag: '@once' }, async ({ pair }) => {
  const { finch, heron } = pair;
  await finch.input.pressSequentially('first');
  await finch.input.press('Shift+Enter');
  await finch.input.pressSequentially('second #2');
  await expect(finch.log.getByRole('article')).toHaveCount(0);
  await finch.input.press('Enter');
  await expect(heron.log.getByText('first\nsecond #2')).toBeVisible();
  await finch.say('   ');
  await expect(finch.log.getByRole('article')).toHaveCount(1);
});

test('Markdown is shown as such, links lead out safely, and HTML stays text', async ({ pair }) => {
  const { finch, heron } = pair;
  await finch.say('**Bring** `tea`: [map](https://map.example/a), <b>not</b> ![x](http://x.example/y.png)');
  const entry = heron.entry('Bring');
  await expect(entry.locator('strong')).toHaveText('Bring');
  await expect(entry.locator('code')).toHaveText('tea');
  const link = entry.getByRole('link', { name: 'map' });
  await expect(link).toHaveAttribute('href', 'https://map.example/a');
  await expect(link).toHaveAttribute('rel', 'noreferrer noopener');
  await expect(link).toHaveAttribute('target', '_blank');
  await expect(entry).toContainText('(map.example)');
  await expect(entry).toContainText('<b>not</b>');
  await expect(entry.locator('b, img')).toHaveCount(0);
});

test(
  'Chinese through an input method: Enter belongs to the composition until it is over',
  { tag: '@once' },
  async ({ pair }) => {
    const { finch, heron } = pair;
    const session = await finch.page.context().newCDPSession(finch.page);
    const enter = { key: 'Enter', code: 'Enter' };
    await finch.input.focus();
    await session.send('Input.imeSetComposition', { text: 'nihao', selectionStart: 5, selectionEnd: 5 });
    await expect(finch.input).toHaveValue('nihao');
    // What a keyboard sends while an input method takes the key.
    await session.send('Input.dispatchKeyEvent', {
      type: 'rawKeyDown',
      ...enter,
      windowsVirtualKeyCode: 229,
    });
    await session.send('Input.dispatchKeyEvent', { type: 'keyUp', ...enter, windowsVirtualKeyCode: 13 });
    // And what arrives where only `isComposing` tells.
    await session.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...enter, windowsVirtualKeyCode: 13 });
    await session.send('Input.dispatchKeyEvent', { type: 'keyUp', ...enter, windowsVirtualKeyCode: 13 });
    await expect(finch.input).toHaveValue('nihao');
    await session.send('Input.insertText', { text: '你好' });
    await expect(finch.input).toHaveValue('你好');
    await expect(finch.log.getByRole('article')).toHaveCount(0);

    await finch.input.press('Enter');
    await expect(heron.entry('你好')).toBeVisible();
    await expect(finch.input).toHaveValue('');
    await expect(heron.log.getByRole('article')).toHaveCount(1);
  },
);

test('two tabs of one profile stay in step, and a reload shows what was said', async ({
  pair,
  openTab,
  words,
}) => {
  const { finch, heron, room } = pair;
  const second = await openTab(finch.profile, await finch.profile.address());
  await second.room(room).click();
  await finch.say('from the first tab');
  await second.say('from the second tab');
  for (const tab of [finch, second]) {
    await expect(tab.log.getByRole('article')).toHaveText([/from the first tab/, /from the second tab/]);
    await expect(tab.entry('from the second tab')).toContainText(words.you);
  }
  await heron.say('from Heron');
  await expect(second.entry('from Heron')).toBeVisible();

  await heron.page.reload();
  await heron.room(room).click();
  await expect(heron.log.getByRole('article')).toHaveText([/first tab/, /second tab/, /from Heron/]);
  await expect(heron.page).not.toHaveURL(/ticket/);
});

test('a list that is scrolled up stays, and says that there is more', async ({ pair, words }) => {
  const { finch, heron, room } = pair;
  for (let line = 1; line <= 30; line++) await heron.say(`line ${line}`);
  await expect(finch.log.getByText('line 30', { exact: true })).toBeInViewport();
  // Read, or the daemon's next count of what is new holds these lines, too.
  await expect.poll(() => finch.profile.unread(room)).toBe(0);

  await finch.scrollUp('line 1');
  await heron.say('one more');
  const more = finch.button(words.newMessages(1));
  await expect(more).toBeVisible();
  await expect(finch.log.getByText('line 1', { exact: true })).toBeInViewport();
  await more.click();
  await expect(finch.log.getByText('one more')).toBeInViewport();
  await expect(more).toBeHidden();
});

test(
  'what was said long ago comes from the disk as one scrolls up',
  { tag: '@once' },
  async ({ makeProfile, openTab, words }) => {
    const profile = makeProfile('Finch');
    profile.remember(Array.from({ length: 450 }, (_, index) => `line ${index + 1}`));
    const finch = await openTab(profile);
    await expect(finch.log.getByText('line 450', { exact: true })).toBeInViewport();
    const first = finch.log.getByText('line 1', { exact: true });
    await expect(async () => {
      await finch.log.press('Home');
      await expect(first).toBeInViewport({ timeout: 500 });
    }).toPass({ timeout: 30_000 });
    await expect(finch.button(words.toNewest)).toBeVisible();
  },
);

test('the daemon ends and comes back: the page says so and connects by itself, and others see both', async ({
  newcomers,
  words,
}) => {
  const { finch, heron } = newcomers;
  await finch.say('before');
  await finch.profile.stop();
  await expect(finch.page.getByText(words.stoppedTitle)).toBeVisible();
  await expect(heron.member('Finch')).toBeHidden();
  await finch.input.fill('kept while away');
  await expect(finch.button(words.send)).toBeDisabled();

  // The name and the membership are remembered.
  await finch.profile.up();
  await expect(heron.member('Finch')).toBeVisible();
  await expect(finch.page.getByText(words.stoppedTitle)).toBeHidden({ timeout: 20_000 });
  await expect(finch.member('Heron')).toBeVisible();
  await expect(finch.input).toHaveValue('kept while away');
  await finch.input.press('Enter');
  await expect(heron.entry('kept while away')).toBeVisible();
});

test('without a token the page explains how to open it', async ({ pair, openTab, words }) => {
  const { profile, page } = pair.finch;
  const stranger = await openTab(profile, new URL(page.url()).origin);
  await expect(stranger.page.getByRole('heading', { name: words.signedOutTitle })).toBeVisible();
});
