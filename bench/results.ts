/** Raw results, one JSON file for each measurement; a cell that is measured again replaces its old self. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join, resolve } from 'node:path';

const FOLDER = resolve(import.meta.dirname, 'results');

export interface Measured<T> {
  /** What tells a cell from others of its measurement. */
  readonly key: string;
  readonly commit: string;
  readonly at: string;
  readonly machine: string;
  readonly quick: boolean;
  readonly value: T;
}

const pathOf = (name: string): string => join(FOLDER, `${name}.json`);

export function readResults<T>(name: string): readonly Measured<T>[] {
  const path = pathOf(name);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Measured<T>[]) : [];
}

export function saveResult(name: string, key: string, value: unknown, tree: string, quick: boolean): void {
  const others = readResults<unknown>(name).filter((one) => one.key !== key);
  const { commit, machine } = { commit: commitOf(tree), machine: machineText() };
  const saved: Measured<unknown> = { key, commit, at: new Date().toISOString(), machine, quick, value };
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(pathOf(name), `${JSON.stringify([...others, saved], undefined, 1)}\n`);
}

function commitOf(tree: string): string {
  try {
    const git = (...args: string[]): string =>
      execFileSync('git', ['-C', tree, ...args], { encoding: 'utf8' });
    const changed = git('status', '--porcelain', '--', 'src', 'kernel').trim() !== '';
    return `${git('rev-parse', '--short', 'HEAD').trim()}${changed ? ' with changes' : ''}`;
  } catch {
    return 'unknown';
  }
}

function machineText(): string {
  const [first] = cpus();
  return `${cpus().length} × ${first?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release().split('.').slice(0, 2).join('.')}`;
}
