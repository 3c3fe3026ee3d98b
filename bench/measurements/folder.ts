/**
 * A folder of many small files beside one file of the same size, in turn: from the offer until every receiver has said that it has all
 * of it, unpacked, checked and synced.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contestant, Source } from '../contestant.ts';
import { forget, Rig, SourceFile, temporaryFolder } from '../rig.ts';
import type { Conditions } from '../rig.ts';
import { median } from '../statistics.ts';
import type { TakeTurn } from '../turn.ts';

export interface FolderRow {
  readonly conditions: Conditions;
  readonly fileCount: number;
  readonly fileBytes: number;
  readonly folderSeconds: readonly number[];
  readonly oneFileSeconds: readonly number[];
  /** Of the medians: the folder's rate over the file's. */
  readonly ratio: number;
}

export interface FolderPlan {
  readonly conditions: Conditions;
  readonly fileCount: number;
  readonly fileBytes: number;
  readonly rounds: number;
}

const DEADLINE_MS = 120_000;
const FILES_IN_FOLDER = 100;

export async function measureFolder(
  contestant: Contestant,
  plan: FolderPlan,
  takeTurn: TakeTurn,
): Promise<FolderRow> {
  const { fileCount, fileBytes, conditions } = plan;
  const folder = new SourceFolder(fileCount, fileBytes);
  const file = new SourceFile(folder.bytes);
  const folderSeconds: number[] = [];
  const oneFileSeconds: number[] = [];
  try {
    for (let round = 0; round < plan.rounds; round++) {
      oneFileSeconds.push(await takeTurn(() => once(contestant, conditions, file)));
      folderSeconds.push(await takeTurn(() => once(contestant, conditions, folder)));
    }
  } finally {
    folder.close();
    file.close();
  }
  const ratio = median(oneFileSeconds) / median(folderSeconds);
  const rate = (seconds: number): string => (folder.bytes / 1e6 / seconds).toFixed(1);
  process.stdout.write(
    `folder N=${conditions.receiverCount} loss ${conditions.lossPercent} %: ${fileCount} × ${fileBytes} bytes ` +
      `${rate(median(folderSeconds))} MB/s, one file ${rate(median(oneFileSeconds))} MB/s, ratio ${ratio.toFixed(2)} ` +
      `(seconds ${folderSeconds.map((one) => one.toFixed(2)).join(' ')} against ${oneFileSeconds.map((one) => one.toFixed(2)).join(' ')})\n`,
  );
  return { conditions, fileCount, fileBytes, folderSeconds, oneFileSeconds, ratio };
}

type Compared = Source & { compare(path: string): string | undefined };

async function once(contestant: Contestant, conditions: Conditions, source: Compared): Promise<number> {
  const rig = new Rig(conditions);
  try {
    const finished = await contestant.run(rig, source, undefined, performance.now() + DEADLINE_MS);
    const wrong = finished.copies.map((path) => source.compare(path)).filter((fault) => fault !== undefined);
    if (wrong.length > 0) throw new Error(`bad copies: ${wrong.join(', ')}`);
    return (finished.transfer.end.atMs - finished.transfer.start.atMs) / 1000;
  } finally {
    rig.close();
  }
}

class SourceFolder implements Compared {
  readonly path: string;
  readonly bytes: number;
  readonly #base = temporaryFolder();
  readonly #names: readonly string[];

  constructor(fileCount: number, fileBytes: number) {
    this.path = join(this.#base, 'many');
    this.bytes = fileCount * fileBytes;
    this.#names = Array.from({ length: fileCount }, (_, i) =>
      join(String(Math.floor(i / FILES_IN_FOLDER)), `${i}.bin`),
    );
    for (let i = 0; i < fileCount; i += FILES_IN_FOLDER) {
      mkdirSync(join(this.path, String(i / FILES_IN_FOLDER)), { recursive: true });
    }
    for (const name of this.#names) writeFileSync(join(this.path, name), randomBytes(fileBytes));
  }

  compare(path: string): string | undefined {
    for (const name of this.#names) {
      const copy = join(path, name);
      if (!readFileSync(copy).equals(readFileSync(join(this.path, name)))) return `${copy} differs`;
    }
    const folders = readdirSync(path).filter((name) => statSync(join(path, name)).isDirectory());
    return folders.length === this.#names.length / FILES_IN_FOLDER ? undefined : `${path} has other folders`;
  }

  close(): void {
    forget(this.#base);
  }
}
