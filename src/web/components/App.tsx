import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { useApp, useWording } from '../context.tsx';
import { Connecting } from './Connecting.tsx';
import { FirstRun } from './FirstRun.tsx';
import { RoomView } from './RoomView.tsx';
import { SignedOut } from './SignedOut.tsx';

/** Which page is shown. */
export function App(): ReactNode {
  useDocument();
  const signedOut = useApp((state) => state.connection === 'signed-out');
  const known = useApp((state) => state.self !== undefined);
  const named = useApp((state) => state.self?.named === true);
  if (signedOut) return <SignedOut />;
  if (!known) return <Connecting />;
  return named ? <RoomView /> : <FirstRun />;
}

/** Language, appearance and title belong to the document, above every component. */
function useDocument(): void {
  const { locale, words } = useWording();
  const theme = useApp((state) => state.settings.theme);
  const name = useApp((state) => (state.self?.named === true ? state.self.name : undefined));
  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  useEffect(() => {
    document.title = name === undefined ? words.productName : `${name} · ${words.productName}`;
  }, [name, words]);
}
