/** Which language to speak, and the sentences of each part: `problems.ts`, `cli.ts`, `web.ts`. */
import type { Language } from './types.ts';

export type { Language } from './types.ts';
export { fill } from './fill.ts';
export type { Values } from './fill.ts';
export { isProblemCode, PROBLEM_CODES, problemLine, problemWords } from './problems.ts';
export type { ProblemCode } from './problems.ts';

/** Chinese where the locale (`zh_CN.UTF-8`, `zh-Hans`) says so; English otherwise. */
export function languageOf(locale: string | undefined): Language {
  return locale !== undefined && /^zh\b|^zh[_-]/i.test(locale) ? 'zh' : 'en';
}

/** The locale that POSIX programs take: the first of LC_ALL, LC_MESSAGES and LANG that is set. */
export function localeFrom(env: Readonly<Record<string, string | undefined>>): string | undefined {
  return [env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find(
    (value) => value !== undefined && value !== '',
  );
}
