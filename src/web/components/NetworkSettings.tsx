import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import type { Params } from '../../contract/api.ts';
import { isGroupRange } from '../../contract/network.ts';
import type { NetworkSettings as Network } from '../../contract/network.ts';
import { useActions, useApp, useWords } from '../context.tsx';
import { PeerSettings } from './PeerSettings.tsx';
import { ProblemLine } from './ProblemLine.tsx';
import { useAsked } from './useAsked.ts';

/** Which networks are used, and how far multicast goes; and computers that are written to by address. */
export function NetworkSettings(): ReactNode {
  const words = useWords();
  const actions = useActions();
  const { value, problem, change } = useAsked('set-network', {});
  const set = (wish: Params<'set-network'>): void => void change(actions.attempt('set-network', wish));
  return (
    <>
      <InterfacesInUse />
      {value === undefined ? null : (
        <>
          <InterfaceChoice network={value} onChange={(interfaces) => set({ interfaces })} />
          <label className="choice">
            <input
              type="checkbox"
              checked={value.quiet}
              onChange={(event) => set({ quiet: event.target.checked })}
            />
            <span>
              {words.quietLabel}
              <small className="quiet">{words.quietHint}</small>
            </span>
          </label>
          {value.fromNextStart ? (
            <p className="warning-line" role="status">
              {words.fromNextStart}
            </p>
          ) : null}
        </>
      )}
      <ProblemLine problem={problem} />
      <PeerSettings />
      {value === undefined ? null : (
        <Reach key={`${value.hops} ${value.groupRange}`} network={value} onSave={set} />
      )}
    </>
  );
}

function InterfacesInUse(): ReactNode {
  const words = useWords();
  const interfaces = useApp((state) => state.interfaces);
  return (
    <dl className="facts">
      <dt>{words.interfacesLabel}</dt>
      {interfaces.length === 0 ? <dd>{words.interfacesNone}</dd> : null}
      {interfaces.map(({ name, address, ipv6 }) => (
        <dd key={`${name} ${address}`}>
          {name} {address}
          {ipv6 === undefined ? null : <small className="quiet"> {ipv6}</small>}
        </dd>
      ))}
    </dl>
  );
}

interface InterfaceChoiceProps {
  readonly network: Network;
  /** None: every usable one. */
  readonly onChange: (interfaces: string[]) => void;
}

function InterfaceChoice({ network, onChange }: InterfaceChoiceProps): ReactNode {
  const words = useWords();
  const { interfaces, available } = network;
  const [isSome, setSome] = useState(interfaces.length > 0);
  // Loopback reaches this computer alone: no choice but for who made it already.
  const offered = available.filter(({ name, loopback }) => !loopback || interfaces.includes(name));
  const gone = interfaces.filter((name) => !available.some((one) => one.name === name));
  const toggle = (name: string): void =>
    onChange(interfaces.includes(name) ? interfaces.filter((one) => one !== name) : [...interfaces, name]);
  const box = (name: string, detail: string): ReactNode => (
    <label key={name} className="choice">
      <input type="checkbox" checked={interfaces.includes(name)} onChange={() => toggle(name)} />
      <span>
        {name} <small className="quiet">{detail}</small>
      </span>
    </label>
  );
  return (
    <fieldset className="choices">
      <legend>{words.interfacesChoose}</legend>
      <label className="choice">
        <input
          type="radio"
          name="interfaces"
          checked={!isSome}
          onChange={() => {
            setSome(false);
            if (interfaces.length > 0) onChange([]);
          }}
        />
        {words.interfacesAll}
      </label>
      <label className="choice">
        <input type="radio" name="interfaces" checked={isSome} onChange={() => setSome(true)} />
        {words.interfacesSome}
      </label>
      {isSome ? (
        <div className="choices-within">
          {offered.map(({ name, address }) => box(name, address))}
          {gone.map((name) => box(name, words.interfaceGone))}
          {interfaces.length === 0 ? <small className="quiet">{words.interfacesPick}</small> : null}
        </div>
      ) : null}
    </fieldset>
  );
}

interface ReachProps {
  readonly network: Network;
  readonly onSave: (wish: Params<'set-network'>) => void;
}

/** For networks whose routers pass multicast on; most people never open it. */
function Reach({ network, onSave }: ReachProps): ReactNode {
  const words = useWords();
  const [hops, setHops] = useState(String(network.hops));
  const [range, setRange] = useState(network.groupRange);
  const count = Number(hops);
  const isValid = Number.isInteger(count) && count >= 1 && count <= 255 && isGroupRange(range.trim());
  const isSame = count === network.hops && range.trim() === network.groupRange;
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (isValid) onSave({ hops: count, groupRange: range.trim() });
  };
  return (
    <details className="further">
      <summary>{words.networkFurther}</summary>
      <form className="dialog-form" onSubmit={save}>
        <label className="field">
          <span>{words.hopsLabel}</span>
          <input value={hops} inputMode="numeric" onChange={(event) => setHops(event.target.value)} />
          <small>{words.hopsHint}</small>
        </label>
        <label className="field">
          <span>{words.groupRangeLabel}</span>
          <input value={range} inputMode="decimal" onChange={(event) => setRange(event.target.value)} />
          <small>{words.groupRangeHint}</small>
        </label>
        <div className="dialog-acts">
          <small className="quiet" role="alert">
            {isValid ? '' : words.networkInvalid}
          </small>
          <button type="submit" className="button" disabled={!isValid || isSame}>
            {words.save}
          </button>
        </div>
      </form>
    </details>
  );
}
