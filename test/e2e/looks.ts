/**
 * How a view looks, against a picture of it that somebody has looked at and accepted (`test/e2e/looks/`, one folder for each project). Both are made small
 * first, eight pixels to one, so that a letter of another version of a font is no difference. Two things are: much of the page in
 * other colours, and a place where something stands in one picture and next to nothing in the other. The second was tried with the
 * members' column and with the list of rooms, each made invisible. A single button that is gone is not seen here.
 * `ACCEPT_LOOKS=1 npx playwright test looks` takes new pictures: look at them before you commit them.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@playwright/test';
import type { Page } from '@playwright/test';
import type { Tab } from './tab.ts';

const ACCEPTED = join(import.meta.dirname, 'looks');
/** Of the small pictures: how far a colour may be off (of 255), and how many of the cells may be further off. */
const COLOUR_OFF_MAX = 24;
const CELLS_OFF_MAX = 0.03;
const SCALE = 8;
/** Tiles of 160 pixels, each half over the next: in one with more than so much ink a fifth of it must be there again. */
const TILE_CELLS = 20;
const TILE_INK = 0.04;

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
  const { project } = test.info();
  const path = join(ACCEPTED, project.name, `${name}.png`);
  if (process.env['ACCEPT_LOOKS'] === '1') {
    mkdirSync(dirname(path), { recursive: true });
    await page.waitForTimeout(500);
    writeFileSync(path, await still(page));
    return;
  }
  expect(existsSync(path), `there is no accepted picture ${project.name}/${name}`).toBe(true);
  const accepted: Buffer = readFileSync(path);
  // What moves in comes to rest: pictures, rows that are measured.
  let difference: Difference = { off: 1, bare: [] };
  let actual = accepted;
  for (let look = 0; look < 10 && isOff(difference); look++) {
    if (look > 0) await page.waitForTimeout(300);
    actual = await still(page);
    difference = await differenceOf(page, accepted, actual);
  }
  if (isOff(difference)) writeFileSync(join('test-results', `${project.name} ${name}.png`), actual);
  const { off, bare } = difference;
  expect(bare, `${name}: something is gone or new at these places; how it is now is in test-results`).toEqual(
    [],
  );
  expect(off, `${name}: share of the picture that differs`).toBeLessThanOrEqual(CELLS_OFF_MAX);
}

const isOff = ({ off, bare }: Difference): boolean => off > CELLS_OFF_MAX || bare.length > 0;

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

interface Difference {
  /** Share of the small picture that is off, 0 to 1. */
  readonly off: number;
  /** Tiles in which something stands in one of the two pictures, and next to nothing in the other: `column,row`. */
  readonly bare: readonly string[];
}

/** In another page, so that nothing of ours is in the way. Pictures of other sizes are off altogether. */
async function differenceOf(page: Page, one: Buffer, other: Buffer): Promise<Difference> {
  const blank = await page.context().newPage();
  try {
    return await blank.evaluate(compare, {
      pictures: [one, other].map((picture) => picture.toString('base64')),
      scale: SCALE,
      offMax: COLOUR_OFF_MAX,
      tile: TILE_CELLS,
      ink: TILE_INK,
    });
  } finally {
    await blank.close();
  }
}

interface Comparison {
  readonly pictures: readonly string[];
  readonly scale: number;
  readonly offMax: number;
  readonly tile: number;
  readonly ink: number;
}

/** Runs in the browser: nothing outside it is there. */
async function compare({ pictures, scale, offMax, tile, ink }: Comparison): Promise<Difference> {
  const small = await Promise.all(
    pictures.map(async (base64) => {
      const blob = new Blob([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))]);
      const bitmap = await createImageBitmap(blob);
      const width = Math.round(bitmap.width / scale);
      const height = Math.round(bitmap.height / scale);
      const context = new OffscreenCanvas(width, height).getContext('2d');
      if (context === null) throw new Error('no canvas');
      context.imageSmoothingQuality = 'high';
      context.drawImage(bitmap, 0, 0, width, height);
      return context.getImageData(0, 0, width, height);
    }),
  );
  const [a, b] = small;
  if (a === undefined || b === undefined || a.width !== b.width || a.height !== b.height)
    return { off: 1, bare: ['size'] };
  const apart = (x: ImageData, at: number, y: ImageData, other: number): number =>
    Math.max(
      ...[0, 1, 2].map((channel) => Math.abs((x.data[at + channel] ?? 0) - (y.data[other + channel] ?? 0))),
    );
  const cellAt = (x: number, y: number): number => 4 * (y * a.width + x);
  let off = 0;
  for (let at = 0; at < a.data.length; at += 4) if (apart(a, at, b, at) > offMax) off++;
  /** Share of a tile in which the picture changes from one cell to the next: letters, lines, edges. */
  const inkOf = (image: ImageData, left: number, top: number): number => {
    let count = 0;
    for (let y = top; y < top + tile; y++)
      for (let x = left; x < left + tile; x++)
        if (apart(image, cellAt(x, y), image, cellAt(x + 1, y)) > offMax / 2) count++;
    return count / tile ** 2;
  };
  const bare: string[] = [];
  for (let top = 0; top + tile <= a.height; top += tile / 2)
    for (let left = 0; left + tile < a.width; left += tile / 2) {
      const inks = [inkOf(a, left, top), inkOf(b, left, top)].toSorted((x, y) => x - y);
      const [less = 0, more = 0] = inks;
      if (more > ink && less < more / 5) bare.push(`${left * scale},${top * scale}`);
    }
  return { off: off / (a.data.length / 4), bare };
}
