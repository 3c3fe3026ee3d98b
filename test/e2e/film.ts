/** A film made in the browser, so that the repository holds none that nobody can read. */
import type { Page } from '@playwright/test';

/** About a second of colours that change, 160 pixels wide and 90 high (WebM, VP8). */
export async function film(page: Page): Promise<Buffer> {
  const base64 = await page.evaluate(record);
  return Buffer.from(base64, 'base64');
}

/** Runs in the browser: nothing outside it is there. */
async function record(): Promise<string> {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [160, 90];
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas');
  const recorder = new MediaRecorder(canvas.captureStream(), { mimeType: 'video/webm;codecs=vp8' });
  const parts: Blob[] = [];
  recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
  const ended = new Promise((resolve) => recorder.addEventListener('stop', resolve));
  recorder.start();
  for (let frame = 0; frame < 20; frame++) {
    context.fillStyle = `hsl(${frame * 18} 80% 50%)`;
    context.fillRect(0, 0, 160, 90);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  recorder.stop();
  await ended;
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
