/**
 * Where a passphrase comes from: a file, whose first line it is, or the terminal, without an echo. Never the command line,
 * which every user of the machine can read.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { StringDecoder } from 'node:string_decoder';
import { CommandFailure } from './exit.ts';
import { PASSPHRASE_FILE_BYTES_MAX } from './limits.ts';

/** The first line of a file, or of a descriptor that is open already as `/dev/fd/3`. */
export async function passphraseIn(file: string): Promise<string> {
  try {
    const input = createReadStream(file, { end: PASSPHRASE_FILE_BYTES_MAX });
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      input.destroy();
      return line;
    }
    return '';
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new CommandFailure('passphrase-file', { file, detail });
  }
}

/** False where nobody can be asked: standard input or error is no terminal. */
export const canAsk = (): boolean => process.stdin.isTTY && process.stderr.isTTY;

const ENTER = /[\r\n]/;
const CONTROL_C = '\u0003';
const CONTROL_D = '\u0004';
const ERASES: ReadonlySet<string> = new Set(['\u007f', '\b']);

/** What is typed up to Enter; nothing of it is shown. Ends the process as Ctrl-C does, by its signal. */
export function askPassphrase(question: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(question);
  const decoder = new StringDecoder('utf8');
  let typed: string[] = [];
  return new Promise((resolve) => {
    const end = (): void => {
      stdin.off('data', onData);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
    };
    const onData = (data: Buffer): void => {
      for (const character of decoder.write(data)) {
        if (character === CONTROL_C) {
          end();
          process.kill(process.pid, 'SIGINT');
          return;
        }
        if (ENTER.test(character) || character === CONTROL_D) {
          end();
          resolve(typed.join(''));
          return;
        }
        if (ERASES.has(character)) typed = typed.slice(0, -1);
        else if (typed.length < PASSPHRASE_FILE_BYTES_MAX) typed.push(character);
      }
    };
    stdin.setRawMode(true);
    stdin.on('data', onData);
    stdin.resume();
  });
}
