/** What every component may reach: the state by selectors, the actions, and the words of the language in use. */
import { createContext, use, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import { webWords } from '../words/web.ts';
import type { WebWords } from '../words/web.ts';
import type { Language } from '../words/types.ts';
import type { Actions } from './actions.ts';
import type { AppState } from './state/state.ts';
import type { Store } from './state/store.ts';
import { chooseLanguage, localeOf } from './text/language.ts';

interface App {
  readonly store: Store;
  readonly actions: Actions;
}

const AppContext = createContext<App | undefined>(undefined);

export function AppProvider({ children, ...app }: App & { readonly children: ReactNode }): ReactNode {
  return <AppContext value={app}>{children}</AppContext>;
}

function useAppContext(): App {
  const app = use(AppContext);
  if (app === undefined) throw new Error('AppProvider is missing above this component.');
  return app;
}

/** What `select` takes from the state. It must return a part of the state, not a new object. */
export function useApp<T>(select: (state: AppState) => T): T {
  const { store } = useAppContext();
  return useSyncExternalStore(store.subscribe, () => select(store.getState()));
}

export function useActions(): Actions {
  return useAppContext().actions;
}

export interface Wording {
  readonly language: Language;
  readonly locale: string;
  readonly words: WebWords;
}

export function useWording(): Wording {
  const setting = useApp((state) => state.settings.language);
  const language = chooseLanguage(setting, navigator.languages);
  return { language, locale: localeOf(language), words: webWords[language] };
}

export function useWords(): WebWords {
  return useWording().words;
}
