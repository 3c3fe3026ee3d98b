/**
 * Each wall of the layout, seen to stand: one violation is planted per wall, and the tool that guards it must name
 * the planted file. The compiler holds every import upwards; the linter holds the rest.
 */
import { relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LAYERS, layers, makeOverlay, mayImport } from './overlay.ts';
import type { Layer, Overlay } from './overlay.ts';

let overlay: Overlay;

beforeAll(async () => {
  overlay = await makeOverlay();
});
afterAll(async () => {
  await overlay.dispose();
});

/** What the compiler can follow from a layer: its references, and theirs. */
function reachable(from: Layer): Set<Layer> {
  const seen = new Set<Layer>([from]);
  // A set that grows while it is walked visits what is added.
  for (const layer of seen) for (const next of LAYERS[layer] as readonly Layer[]) seen.add(next);
  if (from === 'src/store') seen.add('src/core');
  return seen;
}

const importOf = (from: string, to: Layer): string =>
  `import { here } from '${relative(from, to)}/index.ts';\nexport const planted: string = here;\n`;
const short = (layer: Layer): string => layer.replace('src/', '');

async function withPlanted(files: Record<string, string>, check: () => Promise<void>): Promise<void> {
  for (const [path, source] of Object.entries(files)) await overlay.plant(path, source);
  try {
    await check();
  } finally {
    for (const path of Object.keys(files)) await overlay.remove(path);
  }
}

describe('a tree that keeps the layout', () => {
  it('passes the compiler and the linter, with every allowed import in it', async () => {
    const files: Record<string, string> = {};
    for (const from of layers) {
      for (const to of layers) {
        if (from === to || !mayImport(from, to)) continue;
        files[`${from}/uses-${short(to)}.ts`] = importOf(from, to);
      }
    }
    files['src/store/uses-types-of-core.ts'] =
      `import type { here } from '../core/index.ts';\nexport type Here = typeof here;\n`;
    await withPlanted(files, async () => {
      const types = await overlay.tsc('-b');
      expect(types, types.output).toMatchObject({ status: 0 });
      const lint = await overlay.lint();
      expect(lint, lint.output).toMatchObject({ status: 0 });
    });
    const types = await overlay.tsc('-b');
    expect(types, types.output).toMatchObject({ status: 0 });
  });
});

describe('imports between layers', () => {
  it.each(layers)('%s: the compiler refuses every layer that it does not reach', async (from) => {
    const reached = reachable(from);
    const forbidden = layers.filter((to) => !reached.has(to));
    const files = Object.fromEntries(
      forbidden.map((to) => [`${from}/planted-${short(to)}.ts`, importOf(from, to)]),
    );
    await withPlanted(files, async () => {
      const { output } = await overlay.tsc('-p', from, '--noEmit');
      for (const path of Object.keys(files)) expect(output).toMatch(new RegExp(`${path}.*TS6307`));
    });
  });

  it.each(layers)('%s: the linter refuses every layer that it reaches but may not import', async (from) => {
    const skipped = [...reachable(from)].filter((to) => !mayImport(from, to));
    const files = Object.fromEntries(
      skipped.map((to) => [`${from}/deep/planted-${short(to)}.ts`, importOf(`${from}/deep`, to)]),
    );
    await withPlanted(files, async () => {
      const { output } = await overlay.lint(from);
      for (const path of Object.keys(files))
        expect(output).toMatch(new RegExp(`${path}.*no-restricted-imports`));
    });
  });

  it('some layers are skipped, so that the linter has work', () => {
    const skipped = layers.flatMap((from) =>
      [...reachable(from)].filter((to) => !mayImport(from, to)).map((to) => `${short(from)} to ${short(to)}`),
    );
    expect(skipped.toSorted()).toEqual(['cli to core', 'cli to io', 'cli to store', 'store to core']);
  });

  it('the product does not import its tests or scripts', async () => {
    const files = {
      'src/daemon/planted-test.ts': `import '../../test/lab.ts';\n`,
      'src/cli/planted-script.ts': `import '../../scripts/build.ts';\n`,
    };
    await withPlanted(
      { 'test/lab.ts': 'export {};\n', 'scripts/build.ts': 'export {};\n', ...files },
      async () => {
        expect((await overlay.tsc('-p', 'src/daemon', '--noEmit')).output).toMatch(/planted-test.*TS6307/);
        expect((await overlay.tsc('-p', 'src/cli', '--noEmit')).output).toMatch(/planted-script.*TS6307/);
      },
    );
  });
});

const NAMED_IN_CORE = {
  clock: 'export const planted = Date.now();',
  'clock-object': 'export const planted = new Date();',
  'clock-hidden': 'export const planted = globalThis.Date;',
  performance: 'export const planted = performance.now();',
  random: 'export const planted = Math.random();',
  timeout: 'setTimeout(() => {}, 1);',
  interval: 'setInterval(() => {}, 1);',
  immediate: 'setImmediate(() => {});',
  microtask: 'queueMicrotask(() => {});',
  promise: 'export const planted = Promise.resolve(1);',
  async: 'export async function planted(): Promise<void> {}',
  process: 'export const planted = process.env;',
  buffer: 'export const planted = Buffer.alloc(1);',
  console: 'console.log(1);',
  crypto: 'export const planted = crypto.randomUUID();',
  fetch: 'export const planted = fetch;',
  socket: `import dgram from 'node:dgram';\nexport const planted = dgram;`,
  files: `export { readFileSync } from 'node:fs';`,
} as const;
/** Part of the ES2023 library, so that only the linter can refuse them. */
const LANGUAGE = ['clock', 'clock-object', 'clock-hidden', 'random', 'promise', 'async'];

describe('the core has no clock, no randomness, no socket and no promise', () => {
  const files = Object.fromEntries(
    Object.entries(NAMED_IN_CORE).map(([name, source]) => [
      `src/core/deep/planted-${name}.ts`,
      `${source}\n`,
    ]),
  );

  it('the linter refuses each', async () => {
    await withPlanted(files, async () => {
      const { output } = await overlay.lint('src/core');
      for (const path of Object.keys(files)) expect(output).toMatch(new RegExp(`${path}.*\\[(Error|error)`));
    });
  });

  it('the compiler knows none that is not part of the language', async () => {
    await withPlanted(files, async () => {
      const { output } = await overlay.tsc('-p', 'src/core', '--noEmit');
      for (const name of Object.keys(NAMED_IN_CORE)) {
        if (LANGUAGE.includes(name)) continue;
        expect(output).toMatch(new RegExp(`planted-${name}\\.ts.*error TS`));
      }
    });
  });
});

describe('what runs in a browser names nothing of Node', () => {
  it.each(['src/base', 'src/contract', 'src/words', 'src/web'] as const)('%s', async (layer) => {
    const path = `${layer}/planted.ts`;
    await withPlanted({ [path]: `export { readFileSync } from 'node:fs';\n` }, async () => {
      expect((await overlay.lint(layer)).output).toContain(path);
      expect((await overlay.tsc('-p', layer, '--noEmit')).output).toContain(path);
    });
  });
});
