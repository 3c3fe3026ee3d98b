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
  await expect(tab.page).toHaveTitle(`${name} · ${tab.words.productName}`);
  await expect(tab.page.locator('img[src="x"], script:not([src])')).toHaveCount(0);
  const overflow = await tab.page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBe(0);
  const { send, quit, chooseFile } = tab.words;
  for (const button of [send, quit, chooseFile])
    await expect(tab.button(button)).toBeInViewport({ ratio: 1 });
}

/** Runs in the browser: of names, what is too long, and what reaches out of its row. */
function charactersAndPixelsBeyond(names: readonly Element[]): readonly string[] {
  return names.flatMap((name) => {
    const row = name.closest('li, article');
    const beyond = name.getBoundingClientRect().right - (row?.getBoundingClientRect().right ?? 0);
    const characters = name.textContent.length;
    return beyond > 1 || characters > 300 ? [`${characters} characters, ${beyond} pixels beyond`] : [];
  });
}

test(
  'hostile names of members and files are shown as text, within their place',
  { tag: '@once' },
  async ({ newcomers, words }) => {
    test.setTimeout(120_000);
    const { finch, heron } = newcomers;
    await heron.say('hello from Heron');
    await heron.drop(heron.profile.file('notes.txt', Buffer.from('notes')));
    await expect(finch.entry('notes.txt')).toContainText(words.transferDone);
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
        // Cut where it is longer than anybody reads, and clipped where it is wider than its place.
        const names = finch.page.locator('main, aside').locator('.person-name, .file-name bdi');
        expect(await names.evaluateAll(charactersAndPixelsBeyond)).toEqual([]);
        const actions = finch.members.nth(1).locator('[aria-haspopup=menu]');
        await expect(actions).toBeInViewport({ ratio: 1 });
        // The file of that name: the card holds its width, and what can be done with it stays in sight.
        const card = finch.log.locator('.transfer');
        await expect(card.getByRole('button').first()).toBeInViewport({ ratio: 1 });
        expect((await card.boundingBox())?.width).toBeLessThan(640);
        expect((await card.boundingBox())?.height).toBeLessThan(260);
      });
    }
  },
);

test(
  'hostile texts and file names are shown as text, within their place',
  { tag: '@once' },
  async ({ pair, words }) => {
    // A dozen texts to wait for, each with a look at the whole page.
    test.setTimeout(120_000);
    const { finch, heron } = pair;
    const asked: string[] = [];
    heron.page.on('request', (request) => asked.push(request.url()));
    const texts = [
      '![a](http://192.0.2.1/a.png) <http://192.0.2.1/b> http://192.0.2.1/c.css',
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
      if (index === 1) await expect(heron.entry('<script>')).toContainText('onerror');
    }
    // Of the five hundred lines those in sight end in a fold, too.
    const folds = heron.log.getByRole('button', { name: words.showAll });
    await expect(folds.last()).toBeInViewport();
    await finch.drop(finch.profile.file('<img src=x onerror=1>.txt', Buffer.from('x')));
    await finch.drop(finch.profile.file(`${'long'.repeat(60)}.txt`, Buffer.from('x')));
    await expect(heron.entry('onerror=1')).toContainText(words.transferDone);
    await expect(heron.entry('longlong')).toContainText(words.transferDone);
    await expectHarmless(heron, 'Heron');
    await expectHarmless(finch, 'Finch');

    const fold = heron.entry('wwww').getByRole('button', { name: words.showAll });
    await heron.log.hover();
    await expect(async () => {
      await heron.page.mouse.wheel(0, -400);
      await expect(fold).toBeInViewport({ timeout: 250 });
    }).toPass();
    // The list may still be moving from the wheel, and a click on a row that moves away is none.
    await expect(async () => {
      if (await fold.isVisible()) await fold.click({ timeout: 1_000 });
      await expect(heron.entry('wwww')).toContainText('w'.repeat(64_000), { timeout: 1_000 });
    }).toPass({ timeout: 15_000 });
    await expectHarmless(heron, 'Heron');
    // All of it is in sight, line by line.
    const beyond = await heron
      .entry('wwww')
      .locator('.message-text')
      .evaluate((text) => {
        const list = text.closest('[role=log]')?.getBoundingClientRect();
        return text.getBoundingClientRect().left + text.scrollWidth - (list?.right ?? 0);
      });
    expect(beyond).toBeLessThan(0);
    // Nothing was fetched from anywhere but this computer.
    const own = new URL(heron.page.url()).hostname;
    expect(asked.filter((url) => !url.startsWith('blob:') && new URL(url).hostname !== own)).toEqual([]);
  },
);

test(
  'an SVG, a page and a script that are received are files to keep, and nothing of them runs',
  { tag: '@once' },
  async ({ pair, words }) => {
    const { finch, heron } = pair;
    const files = [
      [
        'drawing.svg',
        '<svg xmlns="http://www.w3.org/2000/svg" onload="document.title=1"><script>document.title=2</script></svg>',
      ],
      ['page.html', '<!doctype html><script>document.title=3</script>'],
      ['picture.png', '<!doctype html><script>document.title=4</script>'],
    ] as const;
    for (const [name, content] of files) {
      await finch.drop(finch.profile.file(name, Buffer.from(content)));
      await expect(heron.entry(name)).toContainText(words.transferDone);
    }
    await expect(heron.log.locator('img, object, embed, iframe')).toHaveCount(0);
    await expectHarmless(heron, 'Heron');
  },
);

// Once: nothing of it is seen.
test(
  'the key to the page is in no address, history, referrer, request or log',
  { tag: '@once' },
  async ({ makeProfile, openTab }) => {
    const profile = makeProfile('Finch');
    const url = await profile.up();
    const ticket = new URL(url).hash.replace('#ticket=', '');
    const finch = await openTab(profile, url);
    const asked: string[] = [];
    finch.page.on('request', (request) => {
      // Where it belongs: in the head of a request to the daemon itself.
      const { authorization: _own, ...headers } = request.headers();
      asked.push(request.url(), JSON.stringify(headers));
    });
    await expect(finch.input).toBeVisible();
    const token = (await finch.page.evaluate(() => localStorage.getItem('starling.token'))) ?? '';
    expect(token.length).toBeGreaterThan(20);
    await finch.drop(profile.file('notes.txt', Buffer.from('notes')));
    await expect(finch.entry('notes.txt')).toBeVisible();
    await finch.page.reload();
    await expect(finch.input).toBeVisible();
    expect(await finch.page.evaluate(() => document.referrer)).toBe('');
    await finch.page.goto('about:blank');
    await finch.page.goBack();
    await expect(finch.input).toBeVisible();
    const places = [finch.page.url(), ...asked, profile.log()];
    for (const secret of [ticket, token]) expect(places.filter((text) => text.includes(secret))).toEqual([]);
  },
);
