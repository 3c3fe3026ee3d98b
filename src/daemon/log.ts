/**
 * `starling.log` in the profile, written synchronously so that the last line before a crash is there. Bounded: at
 * LOG_BYTES_MAX it becomes `starling.log.1`, replacing an older one. Tokens and texts are never written.
 */
import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { LOG_BYTES_MAX } from './limits.ts';

export type Log = Logger;

/** Throws where the file cannot be opened. */
export function openLog(path: string): Log {
  return pino({ base: null, redact: ['token', '*.token'] }, new BoundedFile(path));
}

/** For a daemon whose log cannot be written. */
export const silentLog = (): Log => pino({ enabled: false });

class BoundedFile {
  readonly #path: string;
  #file: number;
  #bytes: number;

  constructor(path: string) {
    this.#path = path;
    this.#file = openSync(path, 'a', 0o600);
    this.#bytes = fstatSync(this.#file).size;
  }

  write(line: string): void {
    // A full disk must not stop the daemon for the sake of its log.
    try {
      if (this.#bytes > LOG_BYTES_MAX) this.#rotate();
      this.#bytes += writeSync(this.#file, line);
    } catch {
      this.#bytes = 0;
    }
  }

  #rotate(): void {
    closeSync(this.#file);
    renameSync(this.#path, `${this.#path}.1`);
    this.#file = openSync(this.#path, 'a', 0o600);
    this.#bytes = 0;
  }
}
