/**
 * Every label that keeps one use of a hash, MAC, signature or derived key apart from all others (secrecy.md §2). One
 * byte of length goes ahead, so no label is the beginning of another, and none begins like the labels of
 * wire/signing.ts, whose first byte is the `s` of `starling`.
 */
import { concatBytes } from '../../base/bytes.ts';
import type { Bytes } from '../../base/bytes.ts';
import { utf8 } from '../wire/codec.ts';

const USES = [
  // prekeys
  'prekey',
  'prekey id',
  // epochs
  'epoch',
  'epoch id',
  'epoch commitment',
  'epoch slot',
  'epoch slot key',
  // key schedule
  'sync',
  'tag',
  'room mac',
  'slots',
  'slot',
  'messages',
  'message key',
  'message nonce',
  'transfers',
  'transfer',
  // direct messages
  'direct',
  'direct seal',
  // verification
  'fingerprint',
  'emoji commitment',
  'emoji',
  // invites
  'invite check',
  'invite link',
  'invite words',
  'invite words salt',
  'invite id',
  'invite meeting',
  'invite request',
  'invite reply',
  'invite key',
] as const;

export type Use = (typeof USES)[number];

const LABELS = new Map<Use, Bytes>(
  USES.map((use) => {
    const text = utf8(`starling/1 ${use}`);
    return [use, concatBytes(Uint8Array.of(text.length), text)];
  }),
);

/** The label of this use, with what it is about behind it. */
export function labelled(use: Use, ...parts: Bytes[]): Bytes {
  return concatBytes(LABELS.get(use) as Bytes, ...parts);
}
