import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { useApp, useWording } from '../context.tsx';
import { unreadSum } from '../state/unread.ts';
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
  const unread = useApp(unreadSum);
  useEffect(() => {
    const whose = name === undefined ? words.productName : `${name} · ${words.productName}`;
    document.title = unread === 0 ? whose : `(${unread}) ${whose}`;
    // On the icon of an installed page, where there is such a thing; what it refuses is no loss.
    if ('setAppBadge' in navigator) void navigator.setAppBadge(unread).catch(() => undefined);
  }, [name, unread, words]);
}
