/** The page's composition root. */
import { createRoot } from 'react-dom/client';
import type { DaemonEvent } from '../contract/api.ts';
import { webWords } from '../words/web.ts';
import { Actions } from './actions.ts';
import { App } from './components/App.tsx';
import { Boundary } from './components/Boundary.tsx';
import { BrokenPage } from './components/Broken.tsx';
import { AppProvider } from './context.tsx';
import { DaemonConnection } from './daemon/connection.ts';
import { notify, notifyState, toldOf } from './daemon/notifier.ts';
import { obtainToken, onTokenFromOtherTab, takeTicket } from './daemon/token.ts';
import { createStore } from './state/store.ts';
import { chooseLanguage } from './text/language.ts';
import { roomNameOf, shownName } from './text/names.ts';

const ticket = takeTicket();
const store = createStore({ visible: document.visibilityState === 'visible' });
const connection = new DaemonConnection({
  onWelcome: (snapshot) => store.dispatch({ type: 'welcome', snapshot, now: performance.now() }),
  onEvent: (event) => {
    store.dispatch({ type: 'event', event, now: performance.now(), at: Date.now() });
    tell(event);
  },
  onConnection: (state) => store.dispatch({ type: 'connection', connection: state }),
});
const actions = new Actions(store, connection);

const place = document.querySelector('#app');
if (place === null) throw new Error('index.html has no #app.');
createRoot(place).render(
  <AppProvider store={store} actions={actions}>
    <Boundary fallback={<BrokenPage />}>
      <App />
    </Boundary>
  </AppProvider>,
);

void obtainToken(ticket).then((token) => connection.connect(token));
onTokenFromOtherTab((token) => {
  if (store.getState().connection !== 'open') connection.connect(token);
});
document.addEventListener('visibilitychange', () => {
  const visible = document.visibilityState === 'visible';
  store.dispatch({ type: 'visibility', visible });
  if (visible) connection.retryNow();
});

/** By the system, where the user wants that and does not look at the page. */
function tell(event: DaemonEvent): void {
  const { visible, settings, rooms } = store.getState();
  if (visible || notifyState() !== 'on') return;
  const words = webWords[chooseLanguage(settings.language, navigator.languages)];
  const told = toldOf(event, {
    titleOf: (name, room) => {
      const info = rooms.find((known) => known.room === room);
      return words.notifyIn(shownName(name), roomNameOf(info, words) || room);
    },
    fileText: (file) => words.notifyFile(shownName(file)),
    fileAgainText: (file) => words.notifyFileAgain(shownName(file)),
  });
  if (told !== undefined) notify(told, (room) => actions.showRoom(room));
}
