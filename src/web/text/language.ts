import type { Settings } from '../../contract/api.ts';
import type { Language } from '../../words/types.ts';

/** The language to speak: the one set, or else the first of the browser's that Starling knows. */
export function chooseLanguage(setting: Settings['language'], preferred: readonly string[]): Language {
  if (setting !== 'auto') return setting;
  for (const tag of preferred) {
    const primary = tag.toLowerCase().split('-', 1)[0];
    if (primary === 'zh' || primary === 'en') return primary;
  }
  return 'en';
}

/** For `lang` and `Intl`: the CJK fonts and the form of dates depend on it. */
export function localeOf(language: Language): string {
  return language === 'zh' ? 'zh-CN' : 'en-GB';
}
