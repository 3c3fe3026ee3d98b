/** Progress on standard error: rows drawn in place on a terminal, now and then a line elsewhere. */
import { cliWords } from '../words/cli.ts';
import type { Values } from '../words/index.ts';
import { PROGRESS_DRAW_MS_MIN, PROGRESS_LINE_MS_MIN, PROGRESS_ROWS_MAX } from './limits.ts';
import type { Output } from './output.ts';
import { safeLine } from './terminal-text.ts';

export interface ProgressRow {
  /** The member, or none for a file that comes in. */
  readonly name?: string;
  readonly file: string;
  readonly bytesDone: number;
  readonly size: number;
}

export class Progress {
  readonly #output: Output;
  readonly #stream = process.stderr;
  readonly #latest = new Map<string, ProgressRow>();
  readonly #linesAt = new Map<string, number>();
  #drawn = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(output: Output) {
    this.#output = output;
    if (this.#inPlace) output.beforeNote = () => this.#erase();
  }

  update(key: string, row: ProgressRow): void {
    const isNew = this.#latest.get(key)?.bytesDone !== row.bytesDone;
    this.#latest.set(key, row);
    if (!isNew) return;
    if (this.#inPlace) this.#timer ??= setTimeout(() => this.#draw(), PROGRESS_DRAW_MS_MIN);
    else this.#printLine(key, row);
  }

  remove(key: string): void {
    this.#latest.delete(key);
    this.#linesAt.delete(key);
  }

  end(): void {
    clearTimeout(this.#timer);
    if (this.#inPlace && this.#latest.size > 0) this.#draw();
    this.#drawn = 0;
    this.#output.beforeNote = () => undefined;
  }

  get #inPlace(): boolean {
    return this.#stream.isTTY && !this.#output.json;
  }

  #printLine(key: string, row: ProgressRow): void {
    const now = performance.now();
    const isDue = now - (this.#linesAt.get(key) ?? Number.NEGATIVE_INFINITY) >= PROGRESS_LINE_MS_MIN;
    if (!isDue && row.bytesDone < row.size) return;
    this.#linesAt.set(key, now);
    this.#stream.write(`${this.#text(row)}\n`);
  }

  #draw(): void {
    this.#timer = undefined;
    this.#erase();
    const rows = [...this.#latest.values()].slice(-PROGRESS_ROWS_MAX);
    const width = (this.#stream.columns || 80) - 1;
    for (const row of rows) this.#stream.write(`${this.#text(row).slice(0, width)}\n`);
    this.#drawn = rows.length;
  }

  #erase(): void {
    if (this.#drawn > 0) this.#stream.write(`\x1b[${this.#drawn}A\x1b[J`);
    this.#drawn = 0;
  }

  #text({ name, file, bytesDone, size }: ProgressRow): string {
    const percent = size === 0 ? 100 : Math.floor((100 * bytesDone) / size);
    const values: Values = {
      percent,
      file: safeLine(file),
      ...(name === undefined ? {} : { name: safeLine(name) }),
    };
    return cliWords(this.#output.language, name === undefined ? 'progress.in' : 'progress.row', values);
  }
}
