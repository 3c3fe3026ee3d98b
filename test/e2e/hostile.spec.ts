import { expect, test } from './app.ts';
import type { Tab } from './tab.ts';

/** Names that a hostile member could announce; its own daemon would refuse some of them. */
const NAMES = [
  '<img src=x onerror="document.title=1">',
  '\u202Egnp.exe\u2066',
  'x'.repeat(10_000),
  'Z\u0350\u0351\u0352\u0353'.repeat(400),
  '',
  'constructor',
];

/** Nothing runs, nothing is wider than the page, and the buttons stay where they can be reached. */
async function expectHarmless(tab: Tab, name: string): Promise<void> {
  await expect(tab.page).toHaveTitle(`${name} · Starling`);
  await expect(tab.page.locator('img[src="x"], script:not([src])')).toHaveCount(0);
  const overflow = await tab.page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBe(0);
  for (const button of ['SEND', 'QUIT', 'CHOOSE FILE'])
    await expect(tab.button(button)).toBeInViewport({ ratio: 1 });
}

test('hostile names of members and files are shown as text, within their place', async ({
  makeProfile,
  openTab,
}) => {
  const [finch, heron] = await Promise.all([openTab(makeProfile('Finch')), openTab(makeProfile('Heron'))]);
  await heron.say('hello from Heron');
  await heron.drop(heron.profile.file('notes.txt', Buffer.from('notes')));
  await expect(finch.entry('notes.txt')).toContainText('Received and verified');
  await expect(finch.entry('hello')).toBeVisible();
  let name = '';
  // The frames of the real daemon, with the one name in them replaced.
  await finch.page.routeWebSocket(/\/api\/socket$/, (socket) => {
    const daemon = socket.connectToServer();
    socket.onMessage((message) => daemon.send(message));
    daemon.onMessage((message) =>
      socket.send(
        String(message).replaceAll(/"name":"(Heron|notes\.txt)"/g, () => `"name":${JSON.stringify(name)}`),
      ),
    );
  });
  for (name of NAMES) {
    await test.step(`${JSON.stringify(name.slice(0, 20))} of ${name.length}`, async () => {
      await finch.page.reload();
      await expect(finch.entry('hello')).toBeVisible();
      await expect(finch.members).toHaveCount(2);
      await expectHarmless(finch, 'Finch');
      for (const row of await finch.members.all())
        expect((await row.boundingBox())?.height).toBeLessThan(100);
      const actions = finch.members.nth(1).getByRole('button', { name: /^Actions for/ });
      await expect(actions).toBeInViewport({ ratio: 1 });
      // The file of that name: the card holds its width, and what can be done with it stays in sight.
      const card = finch.log.locator('.transfer');
      await expect(card.getByRole('button').first()).toBeInViewport({ ratio: 1 });
      expect((await card.boundingBox())?.width).toBeLessThan(640);
      expect((await card.boundingBox())?.height).toBeLessThan(260);
    });
  }
});

test('hostile texts and file names are shown as text, within their place', async ({ pair }) => {
  const { finch, heron } = pair;
  const texts = [
    '<script>document.title="pwned"</script><img src=x onerror="document.title=1">',
    '\u202E\u2066 right to left \u05D0',
    'Z\u0350\u0351\u0352\u0353'.repeat(300),
    'w'.repeat(64_000),
    '\n'.repeat(500) + 'end',
  ];
  for (const [index, text] of texts.entries()) {
    await finch.say(text);
    // Only what is in sight is in the document, so each text is followed by one to wait for.
    await finch.say(`after ${index}`);
    await expect(heron.log.getByText(`after ${index}`, { exact: true })).toBeInViewport();
    await expectHarmless(heron, 'Heron');
    if (index === 0) await expect(heron.entry('<script>')).toContainText('onerror');
  }
  await finch.drop(finch.profile.file('<img src=x onerror=1>.txt', Buffer.from('x')));
  await finch.drop(finch.profile.file(`${'long'.repeat(60)}.txt`, Buffer.from('x')));
  await expect(heron.entry('onerror=1')).toContainText('Received and verified');
  await expect(heron.entry('longlong')).toContainText('Received and verified');
  await expectHarmless(heron, 'Heron');
  await expectHarmless(finch, 'Finch');

  const fold = heron.entry('wwww').getByRole('button', { name: 'Show all' });
  await heron.log.hover();
  await expect(async () => {
    await heron.page.mouse.wheel(0, -400);
    await expect(fold).toBeInViewport({ timeout: 250 });
  }).toPass();
  await fold.click();
  await expect(heron.entry('wwww')).toContainText('w'.repeat(64_000));
  await expectHarmless(heron, 'Heron');
});
