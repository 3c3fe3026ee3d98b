import { X } from 'lucide-react';
import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { useActions, useWords } from '../context.tsx';
import { ProblemLine } from './ProblemLine.tsx';
import { useAsked } from './useAsked.ts';

/** Computers that are written to directly, where multicast does not pass. */
export function PeerSettings(): ReactNode {
  const words = useWords();
  const actions = useActions();
  const { value: peers = [], problem, change } = useAsked('peers', {});
  const [host, setHost] = useState('');
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (await change(actions.attempt('add-peer', { host: host.trim() }))) setHost('');
  };
  return (
    <section className="peers">
      <h4>{words.peersTitle}</h4>
      <p className="quiet">{words.peersText}</p>
      {peers.length === 0 ? <p className="quiet">{words.peersNone}</p> : null}
      <ul className="pick-list">
        {peers.map((peer) => (
          <li key={peer.host} className="pick">
            <span className="pick-text">
              {peer.host}{' '}
              {peer.address === peer.host ? null : (
                <small className="quiet">{peer.address === '' ? words.peerLost : peer.address}</small>
              )}
            </span>
            <button
              type="button"
              className="button icon small"
              aria-label={words.peerRemove(peer.host)}
              title={words.peerRemove(peer.host)}
              onClick={() => void change(actions.attempt('remove-peer', { host: peer.host }))}
            >
              <X size={16} aria-hidden="true" />
            </button>
          </li>
        ))}
      </ul>
      <form className="saved-field" onSubmit={(event) => void add(event)}>
        <label className="field">
          <span>{words.peerLabel}</span>
          <input
            value={host}
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="off"
            placeholder={words.peerExample}
            onChange={(event) => setHost(event.target.value)}
          />
        </label>
        <button type="submit" className="button" disabled={host.trim() === ''}>
          {words.peerAdd}
        </button>
      </form>
      <ProblemLine problem={problem} />
    </section>
  );
}
