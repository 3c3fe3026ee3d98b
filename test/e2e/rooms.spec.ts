import { execFileSync } from 'node:child_process';
import { PATH } from '../system.ts';
import { expect, test as base } from './app.ts';

/** How many sockets of the machine are in each IPv4 group on loopback, as `ip maddr` tells. */
function groupUsers(): ReadonlyMap<string, number> {
  const text = execFileSync('ip', ['maddr', 'show', 'dev', 'lo'], {
    encoding: 'utf8',
    env: { ...process.env, PATH },
  });
  const groups = new Map<string, number>();
  for (const [, group = '', users = '1'] of text.matchAll(/inet\s+(239\.255\.\S+)(?:\s+users (\d+))?/g))
    groups.set(group, Number(users));
  return groups;
}

const test = base.extend<{ groupsBefore: ReadonlyMap<string, number> }>({
  /** Before the test starts anybody: the regulars are in groups, too. */
  groupsBefore: [
    async ({ machine: _machine }, use) => {
      await use(groupUsers());
    },
    { auto: true },
  ],
});

test('QUIT empties the list, is seen at once, leaves the groups, and stays until JOIN', async ({
  groupsBefore,
  newcomers,
  words,
}) => {
  const { finch, heron } = newcomers;
  const both = groupUsers();
  const joined = [...both].filter(([group, users]) => users > (groupsBefore.get(group) ?? 0));
  expect(joined).not.toEqual([]);

  await finch.button(words.quit).click();
  await expect(heron.member('Finch')).toBeHidden({ timeout: 2_000 });
  await expect(finch.members).toHaveCount(0);
  await expect(finch.button(words.send)).toBeDisabled();
  await expect
    .poll(() => joined.every(([group, users]) => (groupUsers().get(group) ?? 0) < users))
    .toBe(true);

  await heron.button(words.quit).click();
  await expect.poll(groupUsers).toEqual(groupsBefore);

  await finch.page.reload();
  await expect(finch.button(words.join)).toBeVisible();
  await finch.profile.stop();
  await finch.profile.up();
  await expect(finch.button(words.join)).toBeEnabled({ timeout: 20_000 });

  await finch.button(words.join).click();
  await heron.button(words.join).click();
  await expect(finch.member('Heron')).toBeVisible();
  await expect(heron.member('Finch')).toBeVisible();
});

test('a public room that one has quit is deleted from this computer, and talked in again after JOIN', async ({
  pair,
  words,
}) => {
  const { finch, heron, room } = pair;
  await finch.say('from before');
  await heron.say('heard before');
  await expect(finch.entry('heard before')).toBeVisible();
  await finch.button(words.quit).click();
  await finch.button(words.forget).click();
  const question = finch.page.getByRole('dialog', { name: words.forgetTitle(room) });
  await expect(question).toContainText(words.forgetText);
  await question.getByRole('button', { name: words.forgetDo, exact: true }).click();
  await expect(finch.room(room)).toBeHidden();
  await expect(finch.page.getByRole('heading', { level: 1, name: words.lobby })).toBeVisible();

  await finch.profile.request('join', { room });
  await finch.room(room).click();
  await expect(finch.member('Heron')).toBeVisible();
  // Its chain goes on from where it was, so the others take what it says now for new.
  await finch.say('from afterwards');
  await expect(heron.log.getByRole('article')).toHaveText([/from before/, /heard before/, /from afterwards/]);
  await heron.say('heard afterwards');
  await expect(finch.log.getByRole('article')).toHaveText([/from afterwards/, /heard afterwards/]);
});

// Once: it is about what the clicks set off, whatever the buttons are called.
test('ten quick clicks on JOIN and QUIT do no harm', { tag: '@once' }, async ({ pair, words }) => {
  const { finch, heron } = pair;
  const toggle = finch.page.getByRole('button', {
    name: new RegExp(`^(${words.join}|${words.quit})$`),
  });
  for (let click = 0; click < 10; click++) await toggle.click();
  // A click that comes before the last one has shown says the same again, so it may end in either.
  await expect(async () => {
    if ((await toggle.textContent()) === words.join) await toggle.click();
    await finch.say('still here');
    await expect(heron.entry('still here').first()).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await expect(finch.member('Heron')).toHaveCount(1);
  await expect(heron.member('Finch')).toHaveCount(1);
});

test('who is muted is not heard until that is taken back', async ({ pair, words }) => {
  const { finch, heron } = pair;
  await heron.say('before');
  await expect(finch.entry('before')).toBeVisible();
  await finch.act('Heron', words.mute);
  await expect(finch.page.getByText(words.mutedNotice('Heron'))).toBeVisible();
  await heron.say('not for Finch');
  await expect(heron.entry('not for Finch')).toBeVisible();

  await finch.button(words.undo).click();
  await expect(finch.page.getByRole('heading', { name: words.mutedTitle })).toBeHidden();
  await heron.say('after');
  await expect(finch.entry('after')).toBeVisible();
});
