import { defineConfig } from '@playwright/test';
import type { Project } from '@playwright/test';
import { chromiumLaunch, VIEWPORT } from './test/e2e/browser.ts';
import { enterOwnNetwork } from './test/e2e/own-network.ts';

const isAlone = enterOwnNetwork();

/** A test without words and without colours is tagged `@once`, and is not repeated in the projects with this. */
const again = { grepInvert: /@once/ };
const projects: readonly Project[] = [
  { name: 'en-light', use: { locale: 'en-GB', colorScheme: 'light' } },
  { name: 'zh-dark', use: { locale: 'zh-CN', colorScheme: 'dark' }, ...again },
];
/** The other two combinations, on demand: no pictures of them are accepted. */
const others: readonly Project[] = [
  { name: 'en-dark', use: { locale: 'en-GB', colorScheme: 'dark' }, testIgnore: /looks/, ...again },
  { name: 'zh-light', use: { locale: 'zh-CN', colorScheme: 'light' }, testIgnore: /looks/, ...again },
];

export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'test-results',
  // Two groups of people on one network would hear each other.
  workers: isAlone ? 2 : 1,
  // Each test finds its people as if they had just come, so it does not matter which worker runs it after what.
  fullyParallel: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: process.env['CI'] !== undefined,
  reporter: 'list',
  projects: [...projects, ...(process.env['STARLING_E2E'] === 'all' ? others : [])],
  use: {
    launchOptions: chromiumLaunch(),
    viewport: VIEWPORT,
    actionTimeout: 10_000,
    screenshot: 'only-on-failure',
    // Recording costs half again of the suite's processor time; `npx playwright test --trace on` brings it back.
    trace: 'off',
  },
});
