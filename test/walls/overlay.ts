/** A miniature of the tree: the real configuration files over one tiny module per layer, to plant violations in. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Each layer and what it may import, as ARCHITECTURE.md draws it. */
export const LAYERS = {
  'src/base': [],
  'src/core': ['src/base'],
  'src/io': ['src/base', 'src/core'],
  'src/store': ['src/base'],
  'src/contract': ['src/base'],
  'src/words': ['src/base'],
  'src/daemon': ['src/base', 'src/core', 'src/io', 'src/store', 'src/contract', 'src/words'],
  'src/web': ['src/base', 'src/contract', 'src/words'],
  'src/cli': ['src/base', 'src/contract', 'src/words', 'src/daemon'],
  sim: ['src/base', 'src/core'],
} as const satisfies Record<string, readonly string[]>;
export type Layer = keyof typeof LAYERS;
export const layers = Object.keys(LAYERS) as Layer[];
export const mayImport = (from: Layer, to: Layer): boolean =>
  from === to || (LAYERS[from] as readonly string[]).includes(to);

export interface Run {
  readonly status: number;
  readonly output: string;
}

export interface Overlay {
  plant(path: string, source: string): Promise<void>;
  remove(path: string): Promise<void>;
  tsc(...args: string[]): Promise<Run>;
  lint(...args: string[]): Promise<Run>;
  dispose(): Promise<void>;
}

function run(tool: string, args: readonly string[], cwd: string): Promise<Run> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      [join(root, 'node_modules', tool), ...args],
      { cwd, maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        done({ status, output: stdout + stderr });
      },
    );
  });
}

export async function makeOverlay(): Promise<Overlay> {
  const folder = await mkdtemp(join(tmpdir(), 'starling-walls-'));
  const plant = async (path: string, source: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), source);
  };
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const file of ['package.json', 'tsconfig.base.json', '.oxlintrc.json']) {
    await cp(join(root, file), join(folder, file));
  }
  for (const layer of layers) {
    await plant(`${layer}/index.ts`, `export const here: string = '${layer}';\n`);
    await cp(join(root, layer, 'tsconfig.json'), join(folder, layer, 'tsconfig.json'));
  }
  await cp(join(root, 'src/core/ambient.d.ts'), join(folder, 'src/core/ambient.d.ts'));
  await plant(
    'tsconfig.json',
    JSON.stringify({ files: [], references: layers.map((layer) => ({ path: layer })) }),
  );
  return {
    plant,
    remove: (path) => rm(join(folder, path)),
    tsc: (...args) => run('typescript/bin/tsc', args, folder),
    lint: (...args) => run('oxlint/bin/oxlint', ['--format=unix', ...args], folder),
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}
