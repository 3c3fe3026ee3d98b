import { execFileSync } from 'node:child_process';
import { PATH } from '../system.ts';
import { expect, test } from './app.ts';

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

test('QUIT empties the list, is seen at once, leaves the groups, and stays until JOIN', async ({ pair }) => {
  const { finch, heron } = pair;
  const both = groupUsers();
  expect(both.size).toBeGreaterThan(0);

  await finch.button('QUIT').click();
  await expect(heron.member('Finch')).toBeHidden({ timeout: 2_000 });
  await expect(finch.members).toHaveCount(0);
  await expect(finch.button('SEND')).toBeDisabled();
  await expect
    .poll(() => [...groupUsers()].every(([group, users]) => users < (both.get(group) ?? 0)))
    .toBe(true);

  await heron.button('QUIT').click();
  await expect.poll(() => groupUsers().size).toBe(0);

  await finch.page.reload();
  await expect(finch.button('JOIN')).toBeVisible();
  await finch.profile.stop();
  await finch.profile.up();
  await expect(finch.button('JOIN')).toBeEnabled({ timeout: 20_000 });

  await finch.button('JOIN').click();
  await heron.button('JOIN').click();
  await expect(finch.member('Heron')).toBeVisible();
  await expect(heron.member('Finch')).toBeVisible();
});

test('ten quick clicks on JOIN and QUIT do no harm', async ({ pair }) => {
  const { finch, heron } = pair;
  const toggle = finch.page.getByRole('button', { name: /^(JOIN|QUIT)$/ });
  for (let click = 0; click < 10; click++) await toggle.click();
  await expect(toggle).toHaveText('QUIT');
  await expect(finch.member('Heron')).toHaveCount(1);
  await expect(heron.member('Finch')).toHaveCount(1);
  await finch.say('still here');
  await expect(heron.entry('still here')).toHaveCount(1);
});

test('who is muted is not heard until that is taken back', async ({ pair }) => {
  const { finch, heron } = pair;
  await heron.say('before');
  await expect(finch.entry('before')).toBeVisible();
  await finch.act('Heron', 'Mute for me');
  await expect(finch.page.getByText('Heron is muted in this room, for you only.')).toBeVisible();
  await heron.say('not for Finch');
  await expect(heron.entry('not for Finch')).toBeVisible();

  await finch.button('Undo').click();
  await expect(finch.page.getByRole('heading', { name: 'Muted by you' })).toBeHidden();
  await heron.say('after');
  await expect(finch.entry('after')).toBeVisible();
});

test('membership and name are remembered when Starling starts again', async ({ pair }) => {
  const { finch, heron } = pair;
  await finch.profile.stop();
  await expect(heron.member('Finch')).toBeHidden();
  await finch.profile.up();
  await expect(heron.member('Finch')).toBeVisible();
});

test('a new name is everyone’s at once', async ({ pair }) => {
  const { finch, heron } = pair;
  await finch.button('Settings').click();
  const dialog = finch.page.getByRole('dialog');
  await dialog.getByRole('textbox').fill('Goldfinch');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(heron.member('Goldfinch')).toBeVisible();
  await expect(heron.members).toHaveCount(2);
  await finch.page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});
