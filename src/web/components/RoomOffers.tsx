import { useId } from 'react';
import type { ReactNode } from 'react';
import type { RoomOffer } from '../../contract/api.ts';
import { useActions, useApp, useWords } from '../context.tsx';
import { shownName } from '../text/names.ts';
import { PersonName } from './PersonName.tsx';

/** Private rooms that others let the user into: nothing of one opens before the user says so. */
export function RoomOffers(): ReactNode {
  const words = useWords();
  const heading = useId();
  const offers = useApp((state) => state.offers);
  if (offers.length === 0) return null;
  return (
    <section aria-labelledby={heading}>
      <h2 id={heading} className="rooms-title">
        {words.offersTitle}
      </h2>
      <ul>
        {offers.map((offer) => (
          <OfferRow key={offer.id} offer={offer} />
        ))}
      </ul>
    </section>
  );
}

function OfferRow({ offer }: { readonly offer: RoomOffer }): ReactNode {
  const words = useWords();
  const actions = useActions();
  const name = shownName(offer.name);
  return (
    <li className="room-offer">
      <p className="room-offer-name">
        <strong>
          <PersonName name={offer.name} />
        </strong>
        <small className="quiet" dir="auto">
          {words.offerFrom(shownName(offer.from.name))}
        </small>
      </p>
      <div className="room-offer-acts">
        <button
          type="button"
          className="button small primary"
          aria-label={words.acceptOfferOf(name)}
          onClick={() => void actions.acceptRoom(offer.id)}
        >
          {words.acceptOffer}
        </button>
        <button
          type="button"
          className="button small"
          aria-label={words.declineOfferOf(name)}
          onClick={() => void actions.declineRoom(offer.id)}
        >
          {words.declineOffer}
        </button>
      </div>
    </li>
  );
}
