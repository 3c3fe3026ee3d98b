/** The disks of people on a network in memory: what the file service does, with a file that all send. */
import type { Person, TestNetwork } from './private-network.ts';

/** Nearly five blocks. */
export const FILE = new Uint8Array(5_000_000).map((_, i) => (i * 7919) >> 5);

/** Serves the disk of everyone: one file to read, and what each has written of it. */
export class Disks {
  readonly written = new Map<Person, Uint8Array>();
  readonly finished = new Set<Person>();
  private readonly seen = new Map<Person, number>();
  private readonly net: TestNetwork;
  private readonly file: Uint8Array;

  constructor(net: TestNetwork, file: Uint8Array = FILE) {
    this.net = net;
    this.file = file;
  }

  serve(): void {
    for (const person of this.net.people) {
      const events = person.events.slice(this.seen.get(person) ?? 0);
      this.seen.set(person, person.events.length);
      for (const event of events) this.answer(person, event);
    }
  }

  until(condition: () => boolean, limitMs: number, what: string): void {
    const end = this.net.now + limitMs;
    while (!condition()) {
      if (this.net.now > end) throw new Error(`not ${what} after ${limitMs} ms`);
      this.net.run(2);
      this.serve();
    }
  }

  private answer(person: Person, event: Person['events'][number]): void {
    if (event.type === 'transfer-offered' && !event.own)
      person.do((peer, now) => peer.accept(now, event.transfer));
    if (event.type === 'read-block') {
      const bytes = this.file.slice(event.offset, event.offset + event.length);
      person.do((peer, now) => peer.blockRead(now, event.transfer, event.block, bytes));
    }
    if (event.type === 'write-block') {
      const file = this.written.get(person) ?? new Uint8Array(this.file.length);
      file.set(event.bytes, event.offset);
      this.written.set(person, file);
      person.do((peer, now) => peer.blockWritten(now, event.transfer, event.block));
    }
    if (event.type === 'finish-file') {
      this.finished.add(person);
      person.do((peer, now) => peer.fileFinished(now, event.transfer));
    }
  }
}
