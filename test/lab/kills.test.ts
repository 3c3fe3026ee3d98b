/** A dozen kills; `npm run soak` has two hundred. */
import { afterEach, expect, it } from 'vitest';
import { KillRun } from './kills.ts';

let run: KillRun | undefined;
afterEach(() => run?.close());

it('a dozen kills at seeded instants lose no file and no message, and leave no wrong byte under a name', async () => {
  const lines: string[] = [];
  run = new KillRun({ seed: 5, kills: 12, print: (line) => lines.push(line) });
  try {
    const { files, messages } = await run.run();
    expect(files).toBeGreaterThan(6);
    expect(messages).toBeGreaterThan(12);
  } catch (error) {
    throw new Error(`${lines.join('\n')}\n${String(error)}`, { cause: error });
  }
}, 300_000);
