import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import { fromUtf8, utf8 } from '../wire/codec.ts';
import {
  decodeName,
  decodeTalk,
  encodeName,
  encodeQuit,
  encodeText,
  encodeUpdate,
  isEnd,
  nextChunkBytes,
} from './codec.ts';
import {
  CLASSIC_DATAGRAM_BYTES_MAX,
  CLASSIC_SILENT_MS_MAX,
  CLASSIC_STALL_MS_MAX,
  CLASSIC_STREAMS_MAX,
} from './limits.ts';
import { ClassicMembers } from './members.ts';
import { ClassicStreams } from './streams.ts';

const said = (text: string): string =>
  encodeText(text)
    .map((bytes) => decodeTalk(bytes))
    .map((talk) => (talk?.kind === 'text' ? talk.text : '?'))
    .join('');

describe('texts', () => {
  it('are the bytes that the original sends', () => {
    expect(encodeText('a#b')).toEqual([utf8('normal_msg#a#b')]);
    expect(fromUtf8(encodeUpdate())).toBe('ctl_msg#update');
    expect(fromUtf8(encodeQuit())).toBe('ctl_msg#QUIT');
  });

  it('come back whole, in datagrams that a reader takes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3000 }), (text) => {
        for (const bytes of encodeText(text))
          expect(bytes.length).toBeLessThanOrEqual(CLASSIC_DATAGRAM_BYTES_MAX);
        expect(said(text)).toBe(text);
      }),
    );
  });

  it('are cut between characters, and between code points where a character is longer than a datagram', () => {
    const family = '👨‍👩‍👧‍👦';
    const parts = encodeText(family.repeat(100)).map((bytes) => fromUtf8(bytes.subarray(11)) ?? '');
    expect(parts.length).toBe(3);
    for (const part of parts) expect(part.length % family.length).toBe(0);
    const marks = `e${'\u0301'.repeat(1000)}`;
    expect(said(marks)).toBe(marks);
  });

  it('show what is no UTF-8, and take any bytes', () => {
    const broken = concatBytes(utf8('normal_msg#a'), new Uint8Array([0xff]), utf8('é'));
    expect(decodeTalk(broken)).toEqual({ kind: 'text', text: 'a\uFFFDé' });
    expect(decodeTalk(utf8('normal_msg#'))).toBeUndefined();
    expect(decodeTalk(utf8('ctl_msg#other'))).toBeUndefined();
    fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => void decodeTalk(bytes)));
  });
});

/** The datagrams of a file, as they would be cut with so much of it at hand at a time. */
function chunks(content: Bytes): Bytes[] {
  const all: Bytes[] = [];
  for (let at = 0; at < content.length;) {
    const length = nextChunkBytes(content.subarray(at), true);
    all.push(content.slice(at, at + length));
    at += length;
  }
  return all;
}

describe('files', () => {
  it('never have a datagram that says `end`', () => {
    for (const before of [0, 1, 1021, 1023, 1024, 2048, 4097]) {
      const content = concatBytes(new Uint8Array(before), utf8('end'));
      const cut = chunks(content);
      expect(concatBytes(...cut)).toEqual(content);
      expect(cut.some(isEnd)).toBe(false);
      expect(Math.max(...cut.map((one) => one.length))).toBeLessThanOrEqual(CLASSIC_DATAGRAM_BYTES_MAX);
    }
  });

  it('have names that come back, and binary data is none', () => {
    expect(decodeName(encodeName('数据 1.bin'))).toBe('数据 1.bin');
    expect(decodeName(encodeName('é'.repeat(1000)))).toBe('é'.repeat(512));
    expect(decodeName(new Uint8Array([0x89, 0x50]))).toBeUndefined();
    expect(decodeName(utf8('a\nb'))).toBeUndefined();
    expect(decodeName(new Uint8Array(0))).toBeUndefined();
  });

  const from = (port: number) => ({ host: '10.0.0.9', port });

  it('are kept apart by their source', () => {
    const streams = new ClassicStreams();
    const [one] = streams.datagram(0, from(1), utf8('a.txt'));
    const [two] = streams.datagram(0, from(2), utf8('b.txt'));
    expect([one, two]).toMatchObject([
      { kind: 'open', name: 'a.txt', stream: 1 },
      { name: 'b.txt', stream: 2 },
    ]);
    expect(streams.datagram(1, from(2), utf8('x'))).toMatchObject([{ kind: 'append', stream: 2 }]);
    expect(streams.datagram(1, from(1), utf8('end'))).toEqual([{ kind: 'close', stream: 1, complete: true }]);
    // A copy of the last datagram begins nothing.
    expect(streams.datagram(2, from(1), utf8('end'))).toEqual([]);
    expect(streams.datagram(3, from(1), utf8('c.txt'))).toMatchObject([{ kind: 'open', name: 'c.txt' }]);
  });

  it('that stall are closed as incomplete, and so are those whose beginning was not heard', () => {
    const streams = new ClassicStreams();
    streams.datagram(0, from(1), utf8('a.txt'));
    streams.datagram(5000, from(1), utf8('x'));
    expect(streams.expire(5000 + CLASSIC_STALL_MS_MAX)).toEqual([]);
    expect(streams.expire(5001 + CLASSIC_STALL_MS_MAX)).toEqual([
      { kind: 'close', stream: 1, complete: false },
    ]);
    expect(streams.datagram(20_000, from(3), new Uint8Array([0, 1]))).toMatchObject([{ name: undefined }]);
    expect(streams.datagram(20_000, from(3), utf8('end'))).toMatchObject([{ complete: false }]);
  });

  it('are bounded in number, whatever comes', () => {
    const streams = new ClassicStreams();
    for (let port = 0; port < CLASSIC_STREAMS_MAX; port++) streams.datagram(0, from(port), utf8('a'));
    expect(streams.datagram(0, from(999), utf8('a'))).toEqual([{ kind: 'refused' }]);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(40), fc.uint8Array({ maxLength: 4 }))), (datagrams) => {
        const some = new ClassicStreams();
        for (const [port, bytes] of datagrams) some.datagram(0, from(port), bytes);
        expect(some.closeAll().length).toBeLessThanOrEqual(CLASSIC_STREAMS_MAX);
      }),
    );
  });
});

describe('members', () => {
  it('come, quit, and expire when they fall silent', () => {
    const members = new ClassicMembers();
    expect(members.heard(0, 'a')).toBe(true);
    expect(members.heard(10, 'b')).toBe(true);
    expect(members.heard(20, 'a')).toBe(false);
    expect(members.quit('c')).toBe(false);
    expect(members.expire(11 + CLASSIC_SILENT_MS_MAX)).toEqual(['b']);
    expect(members.quit('a')).toBe(true);
    expect(members.list()).toEqual([]);
  });
});
