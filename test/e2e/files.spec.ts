import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from './app.ts';
import { expectAccessible } from './axe.ts';
import { film } from './film.ts';
import { blackPng, landscape, tone } from './picture.ts';

test('a picture that is dropped arrives whole and is shown', async ({ pair, words }) => {
  const { finch, heron, room } = pair;
  const picture = landscape(640, 360);
  await finch.drop(finch.profile.file('evening.png', picture));

  const sent = finch.entry('evening.png');
  await expect(sent).toContainText(words.transferDoneOwn(1, 1));
  await expect(sent.getByText(words.memberVerified, { exact: true })).toBeVisible();
  const received = heron.entry('evening.png');
  await expect(received).toContainText(words.transferDone);
  const shown = received.getByRole('img', { name: words.pictureAlt('evening.png') });
  await expect(shown).toBeVisible();
  await expect(shown).toHaveJSProperty('naturalWidth', 640);
  expect(heron.profile.received()).toEqual(['evening.png']);
  expect(heron.profile.receivedBytes('evening.png').equals(picture)).toBe(true);

  await heron.page.reload();
  await heron.room(room).click();
  await expect(shown).toBeVisible();
});

test('files are chosen by the keyboard, pasted and dropped; a program is kept, but not opened from the page', async ({
  pair,
  words,
}) => {
  const { finch, heron } = pair;
  const paths = ['one.txt', 'two.txt'].map((name) => finch.profile.file(name, Buffer.from(name)));
  await finch.button(words.chooseFile).focus();
  const dialog = finch.page.waitForEvent('filechooser');
  await finch.page.keyboard.press('Enter');
  await (await dialog).setFiles(paths);
  await expect(finch.input).toBeFocused();
  await expect(heron.entry('one.txt')).toContainText(words.transferDone);
  await expect(heron.entry('two.txt')).toContainText(words.transferDone);
  await expect(heron.button(words.openFile('one.txt'))).toBeVisible();
  await expect(heron.button(words.showFileInFolder('one.txt'))).toBeVisible();

  await finch.input.focus();
  await finch.page.evaluate(
    (bytes) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], 'image.png', { type: 'image/png' }));
      document.activeElement?.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
      );
    },
    [...landscape(32, 32)],
  );
  await expect(heron.entry('image 20')).toContainText(words.transferDone);

  await finch.drop(finch.profile.file('setup.sh', Buffer.from('#!/bin/sh\necho hello\n')));
  await expect(heron.entry('setup.sh')).toContainText(words.transferDone);
  await expect(heron.entry('setup.sh')).toContainText(words.notOpenable);
  await expect(heron.button(words.openFile('setup.sh'))).toHaveCount(0);
});

test('a folder that is dropped or chosen arrives with what is in it, many files as one', async ({
  pair,
  words,
}) => {
  const { finch, heron } = pair;
  const outbox = join(finch.profile.file('one.txt', Buffer.from('1')), '..');
  mkdirSync(join(outbox, 'photos', 'empty'), { recursive: true });
  mkdirSync(join(outbox, 'photos', 'old'));
  writeFileSync(join(outbox, 'photos', 'old', '海.txt'), 'sea');
  await finch.drop(join(outbox, 'photos'));
  const sent = finch.entry('photos');
  await expect(sent).toContainText(words.transferDoneOwn(1, 1));
  await expect(heron.entry('photos')).toContainText(words.folderEntries(3));
  await expect(heron.entry('photos')).toContainText(words.transferDone);
  expect(heron.profile.receivedBytes('photos/old/海.txt').toString()).toBe('sea');
  expect(readdirSync(join(heron.profile.downloads, 'photos'))).toEqual(['empty', 'old']);

  // The dialog for a folder knows no empty ones, and gives each file its path.
  writeFileSync(join(outbox, 'photos', 'new.txt'), 'new');
  const dialog = finch.page.waitForEvent('filechooser');
  await finch.button(words.chooseFolder).click();
  await (await dialog).setFiles(join(outbox, 'photos'));
  await expect(heron.entry('photos')).toHaveCount(2);
  await expect(heron.entry('photos').last()).toContainText(words.transferDone);
  expect(heron.profile.receivedBytes('photos (2)/new.txt').toString()).toBe('new');

  const many = Array.from({ length: 11 }, (_, index) => finch.profile.file(`${index}.txt`, Buffer.from('x')));
  const files = finch.page.waitForEvent('filechooser');
  await finch.button(words.chooseFile).click();
  await (await files).setFiles(many);
  await expect(heron.entry('0.txt + 10')).toContainText(words.transferDone);
});

test('a sound is played from an origin of its own, once it is wanted', async ({ pair, words }) => {
  const { finch, heron } = pair;
  await finch.drop(finch.profile.file('song.wav', tone()));
  await finch.drop(finch.profile.file('noise.wav', Buffer.from('RIFF\0\0\0\0WAVE, it says')));
  await expect(heron.entry('noise.wav')).toContainText(words.transferDone);
  await expect(heron.page.locator('audio')).toHaveCount(0);
  await heron.button(words.playFile('song.wav')).click();
  const player = heron.entry('song.wav').locator('audio');
  await expect(player).toHaveJSProperty('duration', 1);
  const origin = await player.evaluate((element: HTMLAudioElement) => new URL(element.src).origin);
  expect(origin).not.toBe(new URL(heron.page.url()).origin);
  expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  await heron.button(words.playFile('noise.wav')).click();
  await expect(heron.entry('noise.wav')).toContainText(words.mediaUnplayable);
});

test('a film is played at whoever has received it', async ({ pair, words }) => {
  const { finch, heron } = pair;
  const bytes = await film(finch.page);
  await finch.drop(finch.profile.file('waves.webm', bytes));
  await expect(heron.entry('waves.webm')).toContainText(words.transferDone);
  expect(heron.profile.receivedBytes('waves.webm').equals(bytes)).toBe(true);
  await expect(heron.page.locator('video')).toHaveCount(0);
  await heron.button(words.playFile('waves.webm')).click();
  const player = heron.log.getByLabel(words.videoOf('waves.webm'));
  await expect(player).toHaveJSProperty('videoWidth', 160);
  await expect(player).toHaveJSProperty('videoHeight', 90);
  // By itself, to its end, with pictures that the decoder has put out.
  await expect(player).toHaveJSProperty('ended', true);
  const frames = await player.evaluate(
    (element: HTMLVideoElement) => element.getVideoPlaybackQuality().totalVideoFrames,
  );
  expect(frames).toBeGreaterThan(5);
});

// Once: bytes decide it.
test(
  'what only calls itself a picture, or is one of gigabytes, is not shown as one',
  { tag: '@once' },
  async ({ pair, words }) => {
    const { finch, heron } = pair;
    const script = '<svg xmlns="http://www.w3.org/2000/svg"><script>document.title="pwned"</script></svg>';
    await finch.drop(finch.profile.file('drawing.svg', Buffer.from(script)));
    await finch.drop(finch.profile.file('page.png', Buffer.from('<html><script>1</script></html>')));
    await finch.drop(finch.profile.file('bomb.png', blackPng(20_000, 20_000)));
    await expect(heron.entry('drawing.svg')).toContainText(words.transferDone);
    await expect(heron.entry('page.png')).toContainText(words.transferDone);
    await expect(heron.entry('bomb.png')).toContainText(words.transferDone);
    // Fetched, looked at, and not handed to the decoder: its place closes again.
    await expect(heron.page.locator('.picture')).toHaveCount(0);
    await expect(heron.log.getByRole('img')).toHaveCount(0);
    await expect(heron.page).toHaveTitle(`Heron · ${words.productName}`);
  },
);

// Once: pictures are the same size in all languages.
test('a large picture takes no more room than its place', { tag: '@once' }, async ({ pair, words }) => {
  const { finch, heron } = pair;
  await finch.drop(finch.profile.file('wide.png', landscape(3000, 40)));
  await finch.drop(finch.profile.file('tall.png', landscape(40, 3000)));
  for (const name of ['wide.png', 'tall.png']) {
    const shown = heron.log.getByRole('img', { name: words.pictureAlt(name) });
    await expect(shown).toBeVisible();
    const box = await shown.boundingBox();
    expect(box?.width).toBeLessThanOrEqual(640);
    expect(box?.height).toBeLessThanOrEqual(320);
  }
});

test('the delivery board: a ring for every member, a table behind it, pause, go on, cancel', async ({
  pair,
  words,
}) => {
  const { finch, heron, room } = pair;
  // Slow, so that it is on its way for as long as it takes to look at it.
  const sent = finch.profile.command(
    'send',
    `--room=${room}`,
    '--rate=20',
    finch.profile.hollowFile('large.bin', 400_000_000),
  );
  const ring = finch.log.getByRole('progressbar', { name: words.memberProgress('large.bin', 'Heron') });
  await expect(ring).toBeVisible({ timeout: 20_000 });
  const bar = heron.page.getByRole('progressbar', { name: words.progressOf('large.bin') });
  await expect(bar).toBeVisible();

  await heron.button(words.pauseFile('large.bin')).click();
  await expect(heron.entry('large.bin')).toContainText(words.transferPaused);
  await expect(ring).toHaveAttribute('aria-valuetext', words.memberPaused);
  await finch.button(words.deliveryOf(words.deliveryDetails, 'large.bin')).click();
  await expectAccessible(finch, 'the delivery board', 'dialog');
  const board = finch.page.getByRole('dialog');
  await expect(board.getByRole('row', { name: /Heron/ })).toContainText(words.memberPaused);
  await heron.button(words.resumeFile('large.bin')).click();
  await expect(heron.entry('large.bin')).not.toContainText(words.transferPaused);
  await expect(board.getByRole('row', { name: /Heron/ })).not.toContainText(words.memberPaused);
  await finch.page.keyboard.press('Escape');
  await expect(finch.button(words.deliveryOf(words.deliveryDetails, 'large.bin'))).toBeFocused();

  await finch.button(words.cancelFile('large.bin')).click();
  await expect(finch.entry('large.bin')).toContainText(words.transferCancelled);
  await expect(heron.entry('large.bin')).toContainText(words.reasons['cancelled-by-sender'] ?? '');
  expect(heron.profile.received()).toEqual([]);
  expect(await sent).not.toBe(0);
});

test('a file larger than what is taken without asking is asked for, and can be declined', async ({
  pair,
  words,
}) => {
  const { finch, heron, room } = pair;
  const sent = finch.profile.command(
    'send',
    `--room=${room}`,
    finch.profile.hollowFile('archive.tar', 1_200_000_000),
  );
  await expect(heron.entry('archive.tar')).toContainText(words.asking);
  await expect(heron.button(words.acceptFile('archive.tar'))).toBeVisible();
  await expect(finch.entry('archive.tar')).toContainText(words.memberWaiting);
  await heron.button(words.declineFile('archive.tar')).click();
  await expect(heron.entry('archive.tar')).toContainText(words.transferDeclined);
  await expect(finch.entry('archive.tar')).toContainText(words.memberDeclined);
  expect(await sent).toBe(1);
});

test('who declined a file is asked once more from the delivery board, and takes it only by its own word', async ({
  pair,
  words,
}) => {
  const { finch, heron } = pair;
  const name = 'map.bin';
  expect(await heron.profile.command('rules', '--accept', '0')).toBe(0);
  await finch.drop(finch.profile.file(name, Buffer.alloc(200_000, 7)));
  await heron.button(words.declineFile(name)).click();
  await expect(finch.entry(name)).toContainText(words.memberDeclined);
  expect(await heron.profile.command('rules', '--accept', 'default')).toBe(0);

  await finch.button(words.deliveryOf(words.deliveryDetails, name)).click();
  const row = finch.page.getByRole('dialog').getByRole('row', { name: /Heron/ });
  const ask = words.askQuestionOf('Heron');
  await finch.tabTo(ask);
  await finch.page.keyboard.press('Enter');
  // Now it is a question again there, whatever the rules take.
  const notice = heron.page.getByRole('alert').filter({ hasText: words.askedAgainNotice('Finch', name) });
  await expect(notice).toBeVisible();
  await expect(heron.entry(name)).toContainText(words.askedAgainBy('Finch'));
  await expect(row).toContainText(words.memberWaiting);
  await expect(finch.page.getByRole('region', { name: words.deliveryTable })).toBeFocused();
  await notice.getByRole('button', { name: words.decline }).click();
  await expect(notice).toHaveCount(0);
  await expect(row).toContainText(words.memberDeclined);
  await expect(finch.button(ask)).toHaveAttribute('aria-disabled', 'true');
  await expectAccessible(finch, 'the delivery board with somebody who was asked', 'dialog');

  // Who declined it again may still think better of it.
  await heron.button(words.acceptFile(name)).click();
  await expect(heron.entry(name)).toContainText(words.transferDone);
  await expect(row).toContainText(words.memberVerified);

  await heron.button(words.network).click();
  await expect(heron.page.getByRole('region', { name: words.eventsTitle })).toContainText(
    words.eventAskedHere('Finch', name),
  );
});
