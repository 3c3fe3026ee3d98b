/** What a record says, in one text, so that what was shown can be compared with what was said. */
import type { PeerEvent } from '../src/core/api.ts';
import { annotationBody } from '../src/core/room/annotations.ts';
import type { RecordBody } from '../src/core/wire/record-body.ts';

export function wordsOf(body: RecordBody): string {
  if (body.kind === 'text') return body.replyTo === undefined ? body.text : `${body.replyTo} ${body.text}`;
  return JSON.stringify(body, Object.keys(body).toSorted());
}

export function shownWords(event: PeerEvent & { type: 'message' | 'annotation' }): string {
  if (event.type === 'annotation') return wordsOf(annotationBody(event.target, event.what));
  const reply = event.replyTo === undefined ? {} : { replyTo: event.replyTo };
  return wordsOf({ kind: 'text', text: event.text, ...reply });
}
