/** What says that somebody is there. */
import type { Datagram } from '../../core/datagram.ts';
import { FRAME, typeOf } from '../../core/wire/header.ts';
import { INTRODUCTION_BYTES_MAX } from '../limits.ts';

const INTRODUCTORY: ReadonlySet<number> = new Set([FRAME.hello, FRAME.leave, FRAME.sync, FRAME.meeting]);

/** What goes as an introduction: a HELLO, what opens a private room, and, `orSealed`, what is sealed in one. */
export function isIntroduction({ bytes, payload }: Datagram, orSealed: boolean): boolean {
  const type = typeOf(bytes[0] as number);
  return (
    payload === undefined &&
    bytes.length <= INTRODUCTION_BYTES_MAX &&
    (INTRODUCTORY.has(type) || (orSealed && type === FRAME.sealed))
  );
}
