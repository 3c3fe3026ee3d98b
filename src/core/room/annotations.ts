/** What is said about earlier records: the bodies of records as commands and events have them, and how many we write. */
import { UsageError } from '../../base/assert.ts';
import type { RecordId } from '../../base/ids.ts';
import type { Annotation } from '../api.ts';
import {
  ANNOTATIONS_BURST,
  ANNOTATIONS_PER_S,
  EMOJI_BYTES_MAX,
  READ_MARK_INTERVAL_MS,
  SMALL_ROOM_MEMBERS_MAX,
  TEXT_BYTES_MAX,
} from '../limits.ts';
import { TokenBucket } from '../reliability/bucket.ts';
import { utf8 } from '../wire/codec.ts';
import type { AnnotationBody, RecordBody } from '../wire/record-body.ts';

/** Throws UsageError where it does not fit the wire. */
export function annotationBody(target: RecordId, what: Annotation): AnnotationBody {
  if (what.kind === 'delete') return { kind: 'delete', target };
  if (what.kind === 'read') return { kind: 'read', upTo: target };
  const isEdit = what.kind === 'edit';
  const bytes = utf8(isEdit ? what.text : what.emoji).length;
  const max = isEdit ? TEXT_BYTES_MAX : EMOJI_BYTES_MAX;
  if (bytes === 0 || bytes > max) throw new UsageError(`${what.kind}: 1 to ${max} bytes`);
  if (isEdit) return { kind: 'edit', target, text: what.text };
  return { kind: 'reaction', target, emoji: what.emoji, on: what.on };
}

/** The reverse; undefined for a body that is about no earlier record. */
export function annotationOf(body: RecordBody): { target: RecordId; what: Annotation } | undefined {
  switch (body.kind) {
    case 'edit':
      return { target: body.target, what: { kind: 'edit', text: body.text } };
    case 'reaction':
      return { target: body.target, what: { kind: 'reaction', emoji: body.emoji, on: body.on } };
    case 'delete':
      return { target: body.target, what: { kind: 'delete' } };
    case 'read':
      return { target: body.upTo, what: { kind: 'read' } };
    default:
      return undefined;
  }
}

/** Bounds what we write into the log besides messages: a click too many, or a script, must not fill everybody's disk. */
export class AnnotationPace {
  private readonly budget = new TokenBucket(ANNOTATIONS_PER_S / 1000, ANNOTATIONS_BURST);
  private readAt = -Infinity;

  /** False where a read mark is swallowed; UsageError where there are too many of the rest. */
  allows(now: number, what: Annotation, memberCount: number): boolean {
    if (what.kind === 'read') {
      if (now - this.readAt < READ_MARK_INTERVAL_MS || memberCount > SMALL_ROOM_MEMBERS_MAX) return false;
      this.readAt = now;
      return true;
    }
    if (!this.budget.take(now, 1)) throw new UsageError('too many edits and reactions at a time');
    return true;
  }
}
