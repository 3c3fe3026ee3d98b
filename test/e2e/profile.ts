/** A profile of its own with a daemon on loopback, driven as a person would: by `bin/starling.js`. */
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { MemberId, RecordId } from '../../src/base/ids.ts';
import { connect } from '../../src/cli/connection.ts';
import type { Connection } from '../../src/cli/connection.ts';
import type { Method, Params, Results } from '../../src/contract/api.ts';
import { readDoor } from '../../src/daemon/door.ts';
import { profileAt } from '../../src/daemon/profile.ts';
import { roomIdOf } from '../../src/daemon/rooms.ts';
import { openStore } from '../../src/store/store.ts';
import { JsonLines } from '../lab/json-lines.ts';

const launcher = resolve(import.meta.dirname, '../../bin/starling.js');
/** Not the default port, so that a Starling of this machine is not heard where the suite has no network of its own. */
const PORT = 28_420;

export class Profile {
  readonly #folder: string;
  readonly #flags: readonly string[];
  readonly #port: number;
  #up: JsonLines | undefined;
  #connection: Connection | undefined;

  /** Without a name, the page asks for one. */
  constructor(name?: string, port = PORT) {
    this.#port = port;
    this.#folder = mkdtempSync(join(tmpdir(), 'starling-e2e-'));
    this.#flags = [
      '--json',
      `--profile=${join(this.#folder, 'profile')}`,
      `--downloads=${this.downloads}`,
      ...(name === undefined ? [] : [`--name=${name}`]),
    ];
  }

  get downloads(): string {
    return join(this.#folder, 'downloads');
  }

  /** Before the daemon starts: what Heron said in the lobby at some time. */
  remember(texts: readonly string[]): void {
    const folder = join(this.#folder, 'profile');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const store = openStore(join(folder, 'starling.db'));
    if (!store.ok) throw new Error(store.error.detail);
    const author = 'a'.repeat(32) as MemberId;
    const rows = texts.map((text, index) => ({
      room: roomIdOf('lobby'),
      id: (index + 1).toString(16).padStart(64, '0') as RecordId,
      author,
      sequence: index + 1,
      depth: index + 1,
      at: Date.now() - 1000 * (texts.length - index),
      own: false,
      name: 'Heron',
      audience: '',
      bytes: new Uint8Array(1),
      content: { kind: 'message', text } as const,
    }));
    store.value.history.keep(rows);
    store.value.close();
  }

  /** Starts the daemon; returns the address, with its single-use ticket, that a person's browser would open. */
  async up(): Promise<string> {
    const network = ['--interface', 'lo', '--port', String(this.#port), '--no-open'];
    const lines = this.#run('up', ...network);
    this.#up = lines;
    const ready = await lines.find('ready', 20_000, (event) => event.type === 'ready');
    return ready['url'] as string;
  }

  /** A further address for a further browser. */
  async address(): Promise<string> {
    return (await this.request('ticket', {})).url;
  }

  /** Asks the running daemon as the command line does, without the time that a process of its own would take. */
  async request<M extends Method>(method: M, params: Params<M>): Promise<Results[M]> {
    const door = readDoor(profileAt(join(this.#folder, 'profile')));
    if (door === undefined) throw new Error('the daemon does not run');
    this.#connection ??= await connect(door.port, door.token);
    if (this.#connection === undefined) throw new Error('the daemon does not answer');
    return this.#connection.request(method, params);
  }

  /** What the daemon counts as not yet seen in a room, in whichever tab. */
  async unread(room: string): Promise<number | undefined> {
    const { rooms } = await this.request('snapshot', {});
    return rooms.find((info) => info.room === room)?.unread;
  }

  /** All that the daemon has written down of what it did. */
  log(): string {
    const folder = join(this.#folder, 'profile');
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /log/.test(name),
    );
    if (names.length === 0) throw new Error('there is no log');
    return names.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
  }

  /** A one-shot command; its exit status. */
  async command(...args: string[]): Promise<number | null> {
    return this.#run(...args).exited;
  }

  async stop(): Promise<void> {
    this.#connection?.close();
    this.#connection = undefined;
    this.#up?.kill('SIGTERM');
    await this.#up?.exited;
    this.#up = undefined;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  received(): string[] {
    return existsSync(this.downloads)
      ? readdirSync(this.downloads).filter((name) => !name.startsWith('.'))
      : [];
  }

  emptyDownloads(): void {
    for (const name of this.received()) rmSync(join(this.downloads, name), { recursive: true });
  }

  receivedBytes(name: string): Buffer {
    return readFileSync(join(this.downloads, name));
  }

  /** A file of this person's to send; its path. */
  file(name: string, bytes: Buffer): string {
    const outbox = join(this.#folder, 'outbox');
    mkdirSync(outbox, { recursive: true });
    const path = join(outbox, name);
    writeFileSync(path, bytes);
    return path;
  }

  /** A file of `size` bytes that takes no room on the disk; its path. */
  hollowFile(name: string, size: number): string {
    const path = this.file(name, Buffer.alloc(0));
    truncateSync(path, size);
    return path;
  }

  #run(command: string = 'up', ...args: string[]): JsonLines {
    const child = spawn(process.execPath, [launcher, command, ...this.#flags, ...args], {
      cwd: this.#folder,
      stdio: ['pipe', 'pipe', 'pipe'],
      // A home of their own, so that nothing of the machine's user is read or written.
      env: { PATH: process.env['PATH'], HOME: this.#folder, LANG: 'C.UTF-8', CI: 'true' },
    });
    return new JsonLines(child, `starling ${command}`);
  }
}
