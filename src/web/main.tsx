/** The page's composition root. */
import { createRoot } from 'react-dom/client';
import { Actions } from './actions.ts';
import { App } from './components/App.tsx';
import { AppProvider } from './context.tsx';
import { DaemonConnection } from './daemon/connection.ts';
import { obtainToken, onTokenFromOtherTab, takeTicket } from './daemon/token.ts';
import { createStore } from './state/store.ts';

const ticket = takeTicket();
const store = createStore({ visible: document.visibilityState === 'visible' });
const connection = new DaemonConnection({
  onWelcome: (snapshot) => store.dispatch({ type: 'welcome', snapshot, now: performance.now() }),
  onEvent: (event) => store.dispatch({ type: 'event', event, now: performance.now() }),
  onConnection: (state) => store.dispatch({ type: 'connection', connection: state }),
});
const actions = new Actions(store, connection);

const place = document.querySelector('#app');
if (place === null) throw new Error('index.html has no #app.');
createRoot(place).render(
  <AppProvider store={store} actions={actions}>
    <App />
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
