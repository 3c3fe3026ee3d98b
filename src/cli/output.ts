/** Standard output carries results (JSON only with --json); logs, problems and progress go to standard error. */
import { problemLine } from '../words/index.ts';
import type { Language, Values } from '../words/index.ts';
import { cliWords } from '../words/cli.ts';
import type { CliKey } from '../words/cli.ts';
import { safeJson, safeLine } from './terminal-text.ts';

export interface JsonLine {
  readonly type: string;
  readonly [field: string]: unknown;
}

export class Output {
  readonly json: boolean;
  readonly language: Language;
  /** Set while rows are drawn in place, so that other lines go above them. */
  beforeNote: () => void = () => undefined;

  constructor(json: boolean, language: Language, onClosed: () => void) {
    this.json = json;
    this.language = language;
    for (const stream of [process.stdout, process.stderr]) {
      stream.on('error', (error: NodeJS.ErrnoException) => {
        // `starling watch | head -1` is no failure.
        if (error.code === 'EPIPE') onClosed();
      });
    }
  }

  /** With --json only. */
  event(line: JsonLine): void {
    if (this.json) process.stdout.write(`${safeJson(line)}\n`);
  }

  /** Without --json only: a line of the result. `text` is safe already. */
  line(text: string): void {
    if (this.json) return;
    this.beforeNote();
    process.stdout.write(`${text}\n`);
  }

  say(key: CliKey, values: Values = {}): void {
    this.line(cliWords(this.language, key, safeValues(values)));
  }

  /** Without --json only: to standard error. */
  note(key: CliKey, values: Values = {}): void {
    if (this.json) return;
    this.beforeNote();
    process.stderr.write(`${cliWords(this.language, key, safeValues(values))}\n`);
  }

  problem(code: string, values: Values): void {
    const message = problemLine(code, values, this.language);
    this.event({ type: 'problem', code, message, values });
    if (this.json) return;
    this.beforeNote();
    process.stderr.write(`starling: ${safeLine(message)}\n`);
  }

  /** Everything written so far has left. */
  async flush(): Promise<void> {
    const streams = [process.stdout, process.stderr];
    await Promise.all(
      streams.map(
        async (stream) =>
          new Promise<void>((resolve) => {
            if (stream.destroyed || stream.writableEnded) resolve();
            else stream.write('', () => resolve());
          }),
      ),
    );
  }
}

function safeValues(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, typeof value === 'string' ? safeLine(value) : value]),
  );
}
