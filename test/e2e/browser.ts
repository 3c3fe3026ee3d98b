import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { LaunchOptions } from '@playwright/test';
import { PATH } from '../system.ts';

/** Of the pages, unless a test narrows them: CSS pixels. */
export const VIEWPORT = { width: 1280, height: 800 };

/** The system's Chromium, without what would look for the internet or a graphics card. */
export function chromiumLaunch(): LaunchOptions {
  const executablePath = PATH.split(delimiter)
    .map((folder) => join(folder, 'chromium'))
    .find(isExecutable);
  return {
    ...(executablePath && { executablePath }),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
