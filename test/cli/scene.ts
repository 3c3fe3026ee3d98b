import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';
import { newUdpPort, Profile } from './program.ts';
import type { Program } from './program.ts';

export interface Scene {
  readonly root: string;
  readonly finch: Profile;
  readonly wren: Profile;
  readonly robin: Profile;
  /** Waits until it is in its room, or has said something else first; whatever becomes of the test, it is ended. */
  ready(program: Program, type?: string): Promise<Program>;
}

/** A test with a few people on a network of their own. Most of it is waiting, so several run at a time. */
export function scene(name: string, play: (scene: Scene) => Promise<void>): void {
  test.concurrent(name, { timeout: 180_000 }, async () => {
    const root = mkdtempSync(join(tmpdir(), 'starling-cli-'));
    const port = newUdpPort();
    const running: Program[] = [];
    const ready = async (program: Program, type = 'ready'): Promise<Program> => {
      running.push(program);
      await program.find(type);
      return program;
    };
    try {
      await play({
        root,
        ready,
        finch: new Profile(root, 'Finch', port),
        wren: new Profile(root, 'Wren', port),
        robin: new Profile(root, 'Robin', port),
      });
    } finally {
      for (const program of running) program.child.kill('SIGKILL');
      await Promise.all(running.map((program) => program.ended));
      rmSync(root, { recursive: true, force: true });
    }
  });
}
