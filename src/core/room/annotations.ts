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
import type { Draft } from './authoring.ts';

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

export interface OwnAnnotation {
  readonly target: RecordId;
  readonly what: Annotation;
  readonly at: number;
  readonly token: number;
}

/** False where too many of our own records wait already. */
type Write = (now: number, draft: Draft) => boolean;

/** Our own. They are bounded: a click too many, or a script, must not fill everybody's disk. */
export class OwnAnnotations {
  private readonly budget = new TokenBucket(ANNOTATIONS_PER_S / 1000, ANNOTATIONS_BURST);
  private readonly write: Write;
  private readonly memberCount: () => number;
  private mark: Draft | undefined;
  private markedAt = -Infinity;

  constructor(write: Write, memberCount: () => number) {
    this.write = write;
    this.memberCount = memberCount;
  }

  /** As `write`; UsageError where there are too many, or what does not fit the wire. */
  say(now: number, { target, what, at, token }: OwnAnnotation): boolean {
    const draft = { body: annotationBody(target, what), at, token };
    if (what.kind === 'read') return this.read(now, draft);
    if (!this.budget.take(now, 1)) throw new UsageError('too many edits and reactions at a time');
    return this.write(now, draft);
  }

  nextTimeout(): number {
    return this.mark === undefined ? Infinity : this.markedAt + READ_MARK_INTERVAL_MS;
  }

  handleTimeout(now: number): boolean {
    if (this.mark === undefined || this.nextTimeout() > now) return true;
    const { mark } = this;
    this.mark = undefined;
    this.markedAt = now;
    return this.write(now, mark);
  }

  /**
   * Of read marks that follow each other too closely the last one waits: what was read before somebody stopped reading is
   * known in the end. In a room where nobody looks who has read, it is forgotten.
   */
  private read(now: number, draft: Draft): boolean {
    if (this.memberCount() > SMALL_ROOM_MEMBERS_MAX) return true;
    this.mark = draft;
    return this.handleTimeout(now);
  }
}
