import { isProblemCode, problemWords } from '../../words/index.ts';
import type { Language } from '../../words/index.ts';
import { webWords } from '../../words/web.ts';
import type { NoticeBody } from '../state/state.ts';
import { shownName } from './names.ts';

export interface NoticeText {
  /** What happened. */
  readonly title: string;
  /** Why, and what to do. */
  readonly text: string;
}

/** The sentences of a notice in the language of the page. */
export function noticeText(notice: NoticeBody, language: Language): NoticeText {
  const words = webWords[language];
  if (notice.kind === 'muted') return { title: words.mutedNotice(shownName(notice.name)), text: '' };
  if (notice.kind === 'emoji-asked')
    return { title: words.askedNotice(shownName(notice.member.name)), text: '' };
  if (notice.kind === 'asked-again')
    return { title: words.askedAgainNotice(shownName(notice.member.name), shownName(notice.file)), text: '' };
  if (notice.kind === 'declined') {
    const name = shownName(notice.member.name);
    return { title: words.declinedNotice(name, shownName(notice.room)), text: words.declinedText(name) };
  }
  if (notice.kind === 'warning') {
    const title = words.warningNotice(shownName(notice.member.name));
    return { title, text: words.warnings[notice.warning.kind] };
  }
  const { title, text } = problemText(notice, language);
  if (notice.about === undefined) return { title, text };
  const act = notice.about.act === 'upload' ? words.uploadFailed(notice.about.name) : words.sayFailed;
  return { title: act, text: joined([title, text], language) };
}

/** What a refusal of the daemon says to a person. */
export function problemText(
  notice: Pick<Extract<NoticeBody, { kind: 'problem' }>, 'code' | 'message' | 'values'>,
  language: Language,
): NoticeText {
  const own = webWords[language].problems[notice.code];
  if (own !== undefined) return { title: own.what, text: own.todo };
  // A daemon newer than this page may know codes that this page does not: then its own words are the best there are.
  if (!isProblemCode(notice.code)) return { title: notice.message, text: '' };
  const { what, why, todo } = problemWords(notice.code, notice.values, language);
  return { title: what, text: joined([why, todo], language) };
}

function joined(sentences: readonly string[], language: Language): string {
  return sentences.filter((sentence) => sentence !== '').join(language === 'zh' ? '' : ' ');
}
