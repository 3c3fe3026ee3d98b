/**
 * Everything that can go wrong, as a person reads it: what happened, why, and what to do. `{name}` stands for a
 * value. A code that lacks a language does not compile; docs/cli.md lists the codes.
 */
import type { Language } from './types.ts';
import { fill } from './fill.ts';
import type { Values } from './fill.ts';
import { en } from './problems-en.ts';
import type { ProblemCode, ProblemWords } from './problems-en.ts';
import { packReasonWords } from './pack-reasons.ts';
import { zh } from './problems-zh.ts';

export type { ProblemCode } from './problems-en.ts';

const PROBLEMS: Readonly<Record<Language, Record<ProblemCode, ProblemWords>>> = { en, zh };

export const PROBLEM_CODES = Object.keys(en) as readonly ProblemCode[];

export const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(en, code);

/** The three parts for a code with its values; a code that is not known is told as `internal`, by its name. */
export function problemWords(code: string, values: Values, language: Language): ProblemWords {
  if (!isProblemCode(code)) return problemWords('internal', { detail: code }, language);
  const words = PROBLEMS[language][code];
  const told =
    code === 'pack-refused' ? { ...values, why: packReasonWords(values['reason'], language) } : values;
  return { what: fill(words.what, told), why: fill(words.why, told), todo: fill(words.todo, told) };
}

/** The three parts as one line. */
export function problemLine(code: string, values: Values, language: Language): string {
  const { what, why, todo } = problemWords(code, values, language);
  return [what, why, todo].filter((part) => part !== '').join(language === 'zh' ? '' : ' ');
}
