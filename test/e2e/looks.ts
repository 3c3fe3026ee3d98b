/**
 * How a view looks, against a picture of it that somebody has looked at and accepted (`test/e2e/looks/`). Both are made small
 * first, eight pixels to one, so that a letter of another version of a font is no difference. What covers less than
 * `CELLS_OFF_MAX` of the page goes unseen: with the members' column hidden, every picture passed (0.3 to 0.9 % of the cells where
 * it stands). The same page, unchanged, was once taken as good at 2.1 %, so the share of the whole cannot tell the two apart.
 * `ACCEPT_LOOKS=1 npx playwright test looks` takes new pictures: look at them before you commit them.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import type { Tab } from './tab.ts';

const ACCEPTED = join(import.meta.dirname, 'looks');
/** Of the small pictures: how far a colour may be off (of 255), and how many of the cells may be further off. */
const COLOUR_OFF_MAX = 24;
const CELLS_OFF_MAX = 0.03;
const SCALE = 8;

/** What differs from run to run: times, addresses, colours made of ids, what is measured. It keeps its place. */
const STILL = `
  *, *::before, *::after { animation: none !important; transition: none !important; caret-color: transparent !important; }
  time, .member-facts, .plot-place, .plot-now, .network-part td, .facts dd, .transfer-pace, code { visibility: hidden !important; }
  .badge { background: #b9c4ca !important; color: #20303a !important; }
`;

export async function expectLooks(tab: Tab, name: string): Promise<void> {
  const { page } = tab;
  // What is under the pointer looks different.
  await page.mouse.move(640, 2);
  const path = join(ACCEPTED, `${name}.png`);
  if (process.env['ACCEPT_LOOKS'] === '1') {
    mkdirSync(dirname(path), { recursive: true });
    await page.waitForTimeout(500);
    writeFileSync(path, await still(page));
    return;
  }
  expect(existsSync(path), `there is no accepted picture ${name}`).toBe(true);
  const accepted: Buffer = readFileSync(path);
  // What moves in comes to rest: pictures, rows that are measured.
  let off = 1;
  let actual = accepted;
  for (let look = 0; look < 10 && off > CELLS_OFF_MAX; look++) {
    if (look > 0) await page.waitForTimeout(300);
    actual = await still(page);
    off = await shareOff(page, accepted, actual);
  }
  if (off > CELLS_OFF_MAX) writeFileSync(join('test-results', `${name.replaceAll('/', ' ')}.png`), actual);
  expect(
    off,
    `${name}: share of the picture that differs; how it is now is in test-results`,
  ).toBeLessThanOrEqual(CELLS_OFF_MAX);
}

/** The page's policy lets no style in but its own files; a sheet that a script makes is none of them. */
async function still(page: Page): Promise<Buffer> {
  await page.evaluate((css) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets = [sheet];
  }, STILL);
  const picture = await page.screenshot();
  await page.evaluate(() => {
    document.adoptedStyleSheets = [];
  });
  return picture;
}

/** Share of cells that differ, 0 to 1; 1 where the sizes do. In another page, so that nothing of ours is in the way. */
async function shareOff(page: Page, one: Buffer, other: Buffer): Promise<number> {
  const blank = await page.context().newPage();
  try {
    return await blank.evaluate(
      async ({ pictures, scale, offMax }) => {
        const cells = await Promise.all(
          pictures.map(async (base64) => {
            const blob = new Blob([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))]);
            const bitmap = await createImageBitmap(blob);
            const width = Math.round(bitmap.width / scale);
            const height = Math.round(bitmap.height / scale);
            const canvas = new OffscreenCanvas(width, height);
            const context = canvas.getContext('2d');
            if (context === null) throw new Error('no canvas');
            context.imageSmoothingQuality = 'high';
            context.drawImage(bitmap, 0, 0, width, height);
            return context.getImageData(0, 0, width, height);
          }),
        );
        const [a, b] = cells;
        if (a === undefined || b === undefined || a.width !== b.width || a.height !== b.height) return 1;
        let off = 0;
        for (let at = 0; at < a.data.length; at += 4) {
          const apart = [0, 1, 2].map((channel) =>
            Math.abs((a.data[at + channel] ?? 0) - (b.data[at + channel] ?? 0)),
          );
          if (Math.max(...apart) > offMax) off++;
        }
        return off / (a.data.length / 4);
      },
      {
        pictures: [one, other].map((picture) => picture.toString('base64')),
        scale: SCALE,
        offMax: COLOUR_OFF_MAX,
      },
    );
  } finally {
    await blank.close();
  }
}
