/**
 * How the page becomes a client: the address that Starling opens carries a single-use ticket in its fragment, which
 * no server or log ever sees. It is exchanged for a token that lives in this origin's `localStorage`: cookies
 * ignore ports, so the token is never in one.
 */
import { HTTP } from '../../contract/api.ts';

const STORAGE_KEY = 'starling.token';

/** The ticket in an address fragment such as `#ticket=…`, if there is one. */
export function ticketIn(fragment: string): string | undefined {
  return new URLSearchParams(fragment.replace(/^#/, '')).get('ticket') ?? undefined;
}

/** Takes the ticket out of the address bar and the history, at once and whatever becomes of it. */
export function takeTicket(): string | undefined {
  const ticket = ticketIn(location.hash);
  if (ticket !== undefined) history.replaceState(null, '', location.pathname + location.search);
  return ticket;
}

/** The token for `ticket`, remembered; the remembered one where the ticket is used up, or there is none. */
export async function obtainToken(ticket: string | undefined): Promise<string | undefined> {
  if (ticket !== undefined) {
    const token = await exchange(ticket);
    if (token !== undefined) {
      localStorage.setItem(STORAGE_KEY, token);
      return token;
    }
  }
  return rememberedToken();
}

export function rememberedToken(): string | undefined {
  return localStorage.getItem(STORAGE_KEY) ?? undefined;
}

/** Calls `listener` when another tab of this profile has got a token. */
export function onTokenFromOtherTab(listener: (token: string) => void): void {
  addEventListener('storage', (event) => {
    if (event.key === STORAGE_KEY && event.newValue !== null) listener(event.newValue);
  });
}

async function exchange(ticket: string): Promise<string | undefined> {
  try {
    const response = await fetch(HTTP.ticket, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ticket }),
    });
    if (!response.ok) return undefined;
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null && 'token' in body && typeof body.token === 'string'
      ? body.token
      : undefined;
  } catch {
    return undefined;
  }
}
