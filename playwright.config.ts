import { defineConfig } from '@playwright/test';
import { chromiumLaunch } from './test/e2e/browser.ts';
import { enterOwnNetwork } from './test/e2e/own-network.ts';

enterOwnNetwork();

export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'test-results',
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: process.env['CI'] !== undefined,
  reporter: 'list',
  use: {
    launchOptions: chromiumLaunch(),
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    actionTimeout: 10_000,
    screenshot: 'only-on-failure',
    // Recording costs half again of the suite's processor time; `npx playwright test --trace on` brings it back.
    trace: 'off',
  },
});
