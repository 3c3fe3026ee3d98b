/**
 * Screenshots of the page with real daemons on loopback: `node scripts/screenshots.ts [FOLDER]`. The two of the
 * READMEs go to docs/images; with a folder, every view goes there in both languages and themes, wide and narrow.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium } from '@playwright/test';
import type { Browser } from '@playwright/test';
import { webWords } from '../src/words/web.ts';
import { chromiumLaunch } from '../test/e2e/browser.ts';
import { landscape } from '../test/e2e/picture.ts';
import { Profile } from '../test/e2e/profile.ts';
import { Tab } from '../test/e2e/tab.ts';

interface Look {
  readonly language: 'en' | 'zh';
  readonly colorScheme: 'light' | 'dark';
  readonly width: number;
  readonly height: number;
}

const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 390, height: 780 };
const images = resolve(import.meta.dirname, '../docs/images');

const TALK = {
  en: {
    names: ['Finch', 'Heron', 'Wren'],
    lines: [
      [1, 'Morning! I took this at the lake yesterday.'],
      [2, 'Lovely. Can I use it for the poster?'],
      [0, 'Please do. Here is the text for it:'],
    ],
    picture: 'evening at the lake.png',
    file: 'poster-text.odt',
    thanks: 'Got it, thank you both.',
  },
  zh: {
    names: ['林燕', '何鹭', '王鹪'],
    lines: [
      [1, '早上好！这是我昨天在湖边拍的。'],
      [2, '真好看，可以用在海报上吗？'],
      [0, '当然可以，这是海报的文字：'],
    ],
    picture: '湖边的傍晚.png',
    file: '海报文字.odt',
    thanks: '收到了，谢谢两位。',
  },
} as const;

const folder = process.argv[2];
const browser = await chromium.launch(chromiumLaunch());
try {
  for (const language of ['en', 'zh'] as const) {
    await photograph(browser, language, folder);
  }
} finally {
  await browser.close();
}

/** Three people talk; the first one's page is photographed. */
async function photograph(
  browser: Browser,
  language: Look['language'],
  folder: string | undefined,
): Promise<void> {
  const talk = TALK[language];
  const [first, ...others] = talk.names.map((name) => new Profile(name)) as [Profile, Profile, Profile];
  try {
    const addresses = await Promise.all([first, ...others].map((profile) => profile.up()));
    const tabs: Tab[] = [];
    for (const [index, profile] of [first, ...others].entries()) {
      const look = { language, colorScheme: 'light', width: 1280, height: 950 } as const;
      tabs.push(await openTab(browser, profile, addresses[index]!, look));
    }
    await converse(tabs as [Tab, Tab, Tab], talk);
    mkdirSync(images, { recursive: true });
    await tabs[0]!.page.screenshot({ path: join(images, `starling-${language}.png`) });
    if (folder === undefined) return;
    mkdirSync(folder, { recursive: true });
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const size of [WIDE, NARROW]) {
        const tab = await openTab(browser, first, await first.address(), { language, colorScheme, ...size });
        await tab.entry(talk.thanks).waitFor();
        await tab.page.waitForTimeout(500);
        await tab.page.screenshot({ path: join(folder, `${language}-${colorScheme}-${size.width}.png`) });
        await tab.page.context().close();
      }
    }
  } finally {
    await Promise.all([first, ...others].map((profile) => profile.remove()));
  }
}

async function openTab(browser: Browser, profile: Profile, url: string, look: Look): Promise<Tab> {
  const context = await browser.newContext({
    locale: look.language === 'zh' ? 'zh-CN' : 'en-GB',
    colorScheme: look.colorScheme,
    viewport: { width: look.width, height: look.height },
  });
  const page = await context.newPage();
  await page.goto(url);
  return new Tab(page, profile, webWords[look.language]);
}

async function converse(tabs: readonly [Tab, Tab, Tab], talk: (typeof TALK)['en' | 'zh']): Promise<void> {
  const [finch, heron] = tabs;
  for (const name of talk.names) await finch.member(name).waitFor();
  const say = async (line: number): Promise<void> => {
    const [speaker, text] = talk.lines[line]!;
    await tabs[speaker].say(text);
    for (const tab of tabs) await tab.entry(text).waitFor();
  };
  await say(0);
  await heron.drop(heron.profile.file(talk.picture, landscape(720, 260)));
  await finch.log.getByRole('img').waitFor();
  await say(1);
  await say(2);
  await finch.drop(finch.profile.file(talk.file, Buffer.alloc(48_321, 'text ')));
  await finch.page.locator('.transfer-member[data-state="done"]').nth(1).waitFor();
  await heron.say(talk.thanks);
  await finch.entry(talk.thanks).waitFor();
  await finch.page.waitForTimeout(500);
}
