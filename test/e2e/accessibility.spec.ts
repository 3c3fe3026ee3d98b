import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './app.ts';
import type { Tab } from './app.ts';
import { landscape } from './picture.ts';

/** What axe finds that keeps somebody out. */
async function expectAccessible(tab: Tab, view: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page: tab.page }).analyze();
  const grave = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
  expect(grave, view).toEqual([]);
}

const looks = [
  { locale: 'en-GB', colorScheme: 'light' },
  { locale: 'en-GB', colorScheme: 'dark' },
  { locale: 'zh-CN', colorScheme: 'light' },
  { locale: 'zh-CN', colorScheme: 'dark' },
] as const;

for (const { locale, colorScheme } of looks) {
  test.describe(`${locale} ${colorScheme}`, () => {
    test.use({ locale, colorScheme });

    test('axe finds nothing serious on any view', async ({ makeProfile, openTab }) => {
      const zh = locale === 'zh-CN';
      const finch = await openTab(makeProfile());
      await expect(finch.page.locator('html')).toHaveAttribute('lang', locale);
      await expect(finch.page.getByRole('button', { name: zh ? '加入' : 'JOIN' })).toBeVisible();
      await expectAccessible(finch, 'first run');

      await finch.joinAs('Finch');
      await expect(
        finch.page.getByRole('heading', { name: zh ? '这里还没有其他人' : 'Nobody else is here yet' }),
      ).toBeVisible();
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

      await finch.page.getByRole('button', { name: zh ? '移除 Heron' : 'Remove Heron' }).click();
      await expect(
        finch.page.getByRole('button', { name: zh ? '恢复 Heron' : 'Restore Heron' }),
      ).toBeVisible();
      await expectAccessible(finch, 'a removed member');

      await finch.button(zh ? '设置' : 'Settings').click();
      await expectAccessible(finch, 'settings');
      await finch.page.keyboard.press('Escape');

      await finch.button(zh ? '退出' : 'QUIT').click();
      await expect(finch.button(zh ? '加入' : 'JOIN')).toBeVisible();
      await expectAccessible(finch, 'out of the room');

      await finch.page.setViewportSize({ width: 390, height: 780 });
      await finch.button(zh ? '加入' : 'JOIN').click();
      await finch.page.getByRole('button', { name: zh ? /^显示成员/ : /^Show the members/ }).click();
      await expect(finch.members.first()).toBeVisible();
      await expectAccessible(finch, 'members on a narrow screen');
    });
  });
}

test('everything is reached by the keyboard: send a file, remove a member, take it back', async ({
  pair,
}) => {
  const { finch, heron } = pair;
  const tabTo = async (name: string): Promise<void> => {
    const wanted = finch.button(name);
    for (let presses = 0; presses < 40; presses++) {
      if (await wanted.evaluate((element) => element === document.activeElement)) return;
      await finch.page.keyboard.press('Tab');
    }
    throw new Error(`${name} is not reached by the Tab key`);
  };
  const path = finch.profile.file('notes.txt', Buffer.from('notes'));
  await tabTo('CHOOSE FILE');
  const dialog = finch.page.waitForEvent('filechooser');
  await finch.page.keyboard.press('Space');
  await (await dialog).setFiles(path);
  await expect(heron.entry('notes.txt')).toContainText('Received and verified');

  await tabTo('Remove Heron');
  await finch.page.keyboard.press('Enter');
  await tabTo('Undo');
  await finch.page.keyboard.press('Enter');
  await expect(finch.button('Remove Heron')).toBeVisible();
  await tabTo('QUIT');
  await finch.page.keyboard.press('Enter');
  await expect(heron.member('Finch')).toBeHidden();
});

test('on a narrow screen the members are behind a button, and close again', async ({ pair }) => {
  const { finch } = pair;
  await finch.page.setViewportSize({ width: 390, height: 780 });
  const show = finch.page.getByRole('button', { name: 'Show the members (2)' });
  await expect(finch.members.first()).toBeHidden();
  await show.click();
  await expect(finch.member('Heron')).toBeVisible();
  await finch.page.getByRole('complementary').getByRole('button', { name: 'Hide the members' }).click();
  await expect(finch.members.first()).toBeHidden();
  await expect(show).toBeFocused();
});
