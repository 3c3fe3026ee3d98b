/**
 * People who send each other files and messages while their processes are killed, at instants that a seed chooses, and
 * started again. Whatever happens: under a file's name there is never anything but the whole file, and once everybody is up
 * for good every file and every acknowledged message is where it belongs.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../src/base/prng.ts';
import type { Random } from '../../src/base/prng.ts';
import { Attached } from './attached.ts';
import type { JsonLines } from './json-lines.ts';
import { openNetwork } from './network.ts';
import type { Network } from './network.ts';
import { BIRDS, Person } from './person.ts';

export interface KillOptions {
  readonly seed: number;
  readonly kills: number;
  /** What happens, a line at a time. */
  readonly print?: (line: string) => void;
}

/** Finch, Heron and Wren each have a Starling that stays; Robin sends with commands of their own, which host. */
const STAYING = 3;
const PEOPLE = 4;
/** A file of 1 to 8 MB takes 0.1 to 0.8 s at this rate: kills fall before it, into it, and after it. */
const RATE_MBIT = 80;
const FILE_BYTES_MIN = 1_000_000;
const FILE_BYTES_MAX = 8_000_000;
const KILL_AFTER_MS_MAX = 900;
const DOWN_MS_MAX = 400;
const SAY_EVERY_MS = 150;
const SETTLE_MS_MAX = 90_000;

interface Sent {
  readonly name: string;
  readonly path: string;
  readonly hash: string;
  readonly from: string;
}
interface Said {
  readonly id: string;
  readonly text: string;
  readonly from: string;
}

/** One who stays: a process, another one after each kill. */
class Staying {
  readonly person: Person;
  #host: JsonLines | undefined;
  #attached: Attached | undefined;

  constructor(person: Person) {
    this.person = person;
  }

  get attached(): Attached | undefined {
    return this.#attached;
  }

  async start(): Promise<void> {
    this.#host = await this.person.stay();
    this.#attached = await Attached.to(this.person);
  }

  async kill(): Promise<void> {
    this.#attached = undefined;
    this.#host?.kill('SIGKILL');
    await this.#host?.exited;
  }

  /** Ids of what the running process has. */
  async messages(): Promise<ReadonlySet<string>> {
    const has = (await this.#attached?.request('messages', { room: 'lobby', limit: 10_000 })) ?? [];
    return new Set(has.map(({ id }) => id));
  }
}

export class KillRun {
  readonly #options: KillOptions;
  readonly #random: Random;
  readonly #network: Network;
  readonly #staying: readonly Staying[];
  readonly #commander: Person;
  readonly #sent: Sent[] = [];
  readonly #said: Said[] = [];
  readonly #talks = { isOver: false };

  constructor(options: KillOptions) {
    this.#options = options;
    this.#random = seededRandom(options.seed);
    this.#network = openNetwork(PEOPLE);
    for (const host of this.#network.hosts) host.limitRate(RATE_MBIT);
    const people = this.#network.hosts.map((host, index) => new Person(BIRDS[index] ?? 'Bird', host));
    this.#staying = people.slice(0, STAYING).map((person) => new Staying(person));
    this.#commander = people[STAYING] as Person;
  }

  /** Throws where a promise was broken. */
  async run(): Promise<{ readonly files: number; readonly messages: number }> {
    await Promise.all(this.#staying.map((one) => one.start()));
    const talk = this.#staying.map((one) => this.#talk(one));
    for (let kill = 1; kill <= this.#options.kills; kill++) await this.#killOne(kill);
    this.#talks.isOver = true;
    await Promise.all(talk);
    await this.#settle();
    return { files: this.#sent.length, messages: this.#said.length };
  }

  close(): void {
    this.#talks.isOver = true;
    this.#network.close();
    for (const { person } of this.#staying) person.forget();
    this.#commander.forget();
  }

  async #killOne(kill: number): Promise<void> {
    const name = `file-${kill}.bin`;
    const what = Math.floor(this.#random.next() * (STAYING + 1));
    const afterMs = this.#random.next() * KILL_AFTER_MS_MAX;
    const downMs = this.#random.next() * DOWN_MS_MAX;
    if (what === STAYING) {
      await this.#killCommand(name, afterMs, downMs);
    } else {
      // The victim is the sender of the file of this round, or one of its receivers.
      const sender = this.#staying[Math.floor(this.#random.next() * STAYING)] as Staying;
      const victim = this.#staying[what] as Staying;
      this.#print(
        `kill ${kill}: ${victim.person.name} ${afterMs.toFixed(0)} ms into ${name} of ${sender.person.name}`,
      );
      const path = this.#newFile(sender.person, name);
      const offer = sender.attached?.request('send-path', { room: 'lobby', path });
      // Killed before it was acknowledged, it may be offered or not: then nothing was promised.
      const promised = offer?.then(() => this.#promise(sender.person, path)).catch(() => undefined);
      await sleep(afterMs);
      await victim.kill();
      if (victim === sender) await Promise.race([promised, sleep(0)]);
      else await promised;
      this.#checkNames();
      await sleep(downMs);
      await victim.start();
    }
    this.#checkNames();
  }

  /** `send` by a profile of which nothing else runs: killed in the middle, then run again. */
  async #killCommand(name: string, afterMs: number, downMs: number): Promise<void> {
    this.#print(`kill of a send command ${afterMs.toFixed(0)} ms after it began to send ${name}`);
    const path = this.#newFile(this.#commander, name);
    const first = this.#commander.start('send', path, '--expect', String(STAYING));
    await first.find(
      'the start',
      15_000,
      (event) => event.type === 'transfer-offered' && event['own'] === true,
    );
    await sleep(afterMs);
    first.kill('SIGKILL');
    await first.exited;
    this.#checkNames();
    await sleep(downMs);
    const again = await this.#commander.run('send', path, '--expect', String(STAYING));
    if (again.status !== 0) throw new Error(`send ${name} again: ${again.status}\n${again.lines.errors}`);
    this.#promise(this.#commander, path);
  }

  async #talk(one: Staying): Promise<void> {
    for (let count = 1; !this.#talks.isOver; count++) {
      await sleep(SAY_EVERY_MS);
      const { attached } = one;
      if (attached === undefined) continue;
      const text = `${one.person.name} ${count}`;
      const answer = await Promise.race([
        attached.request('say', { room: 'lobby', text }).catch(() => undefined),
        attached.lines.exited.then(() => undefined),
      ]);
      if (answer !== undefined) this.#said.push({ id: answer.id, text, from: one.person.name });
    }
  }

  #newFile(person: Person, name: string): string {
    const path = person.pathFor(name);
    const bytes = FILE_BYTES_MIN + Math.floor(this.#random.next() * (FILE_BYTES_MAX - FILE_BYTES_MIN));
    writeFileSync(path, randomBytes(bytes));
    return path;
  }

  #promise(person: Person, path: string): void {
    const hash = hashOf(path);
    this.#sent.push({ name: basename(path), path, hash, from: person.name });
  }

  get #people(): readonly Person[] {
    return this.#staying.map(({ person }) => person);
  }

  /** Whoever looks into a downloads folder sees whole files only. */
  #checkNames(): void {
    for (const { downloads, name } of this.#people) {
      if (!existsSync(downloads)) continue;
      for (const file of readdirSync(downloads)) {
        if (file.startsWith('.')) continue;
        const source = this.#sourceOf(file);
        if (source === undefined || hashOf(join(downloads, file)) !== hashOf(source))
          throw new Error(`${name} has ${file}, and it is not what was sent`);
      }
    }
  }

  #sourceOf(file: string): string | undefined {
    const name = file.replace(/ \(\d+\)(?=\.bin$)/, '');
    const paths = [...this.#people, this.#commander].map((person) => person.pathFor(name));
    return paths.find((path) => existsSync(path));
  }

  async #settle(): Promise<void> {
    const end = performance.now() + SETTLE_MS_MAX;
    for (;;) {
      const missing = [...this.#missingFiles(), ...(await this.#missingMessages())];
      this.#checkNames();
      if (missing.length === 0) return this.#checkRemains();
      if (performance.now() > end) {
        const states = await this.#states();
        throw new Error(
          `${missing.length} missing after ${SETTLE_MS_MAX} ms:\n${missing.slice(0, 20).join('\n')}\n${states}`,
        );
      }
      await sleep(300);
    }
  }

  /** Nothing was fetched twice, and nothing half received is left. */
  #checkRemains(): void {
    for (const { name, downloads } of this.#people) {
      const extra = readdirSync(downloads).filter((file) => file.startsWith('.') || file.includes(' ('));
      if (extra.length > 0) throw new Error(`${name} has ${extra.join(', ')}`);
    }
  }

  #missingFiles(): string[] {
    return this.#people.flatMap(({ name: person, downloads }) =>
      this.#sent
        .filter(({ name, from }) => from !== person && !existsSync(join(downloads, name)))
        .map(({ name, from }) => `${person} lacks ${name} of ${from}`),
    );
  }

  async #missingMessages(): Promise<string[]> {
    const lists = await Promise.all(
      this.#staying.map(async (one) => {
        const has = await one.messages();
        const { name } = one.person;
        return this.#said
          .filter(({ id }) => !has.has(id))
          .map(({ text, from }) => `${name} lacks "${text}" of ${from}`);
      }),
    );
    return lists.flat();
  }

  /** For whoever looks for the reason. */
  async #states(): Promise<string> {
    const lists = await Promise.all(
      this.#staying.map(async ({ person, attached }) => {
        const transfers = (await attached?.request('transfers', {})) ?? [];
        return transfers
          .filter(({ state }) => state !== 'done')
          .map(
            ({ file, own, state, reason, bytesDone, members }) =>
              `${person.name}: ${own ? 'own ' : ''}${file.name} ${state} ${reason ?? ''} ${bytesDone}/${file.size} ` +
              members.map((one) => `${one.name} ${one.state} ${one.reason ?? ''}`).join(', '),
          );
      }),
    );
    return lists.flat().join('\n');
  }

  #print(line: string): void {
    this.#options.print?.(line);
  }
}

const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
