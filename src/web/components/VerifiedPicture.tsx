import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useActions, useWords } from '../context.tsx';
import { fetchPicture } from '../daemon/picture.ts';
import { PICTURE_BYTES_MAX } from '../limits.ts';
import { shownName } from '../text/names.ts';

interface VerifiedPictureProps {
  readonly transfer: string;
  readonly name: string;
  readonly size: number;
}

/** A verified picture, fetched when it first comes into sight. CSS bounds how large it is shown. */
export function VerifiedPicture({ transfer, name, size }: VerifiedPictureProps): ReactNode {
  const words = useWords();
  const place = useRef<HTMLDivElement>(null);
  const address = usePicture(place, transfer, size <= PICTURE_BYTES_MAX);
  const [broken, setBroken] = useState(false);
  if (size > PICTURE_BYTES_MAX || broken) return null;
  return (
    <div className="picture" ref={place}>
      {address === undefined ? null : (
        <img
          src={address}
          alt={words.pictureAlt(shownName(name))}
          decoding="async"
          onError={() => setBroken(true)}
        />
      )}
    </div>
  );
}

/** The `blob:` address of the picture once `place` has been in sight; revoked when the row goes. */
function usePicture(
  place: { readonly current: HTMLDivElement | null },
  transfer: string,
  wanted: boolean,
): string | undefined {
  const actions = useActions();
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    const element = place.current;
    const token = actions.token;
    if (!wanted || element === null || token === undefined) return undefined;
    const abort = new AbortController();
    let made: string | undefined;
    const observer = new IntersectionObserver((sightings) => {
      if (!sightings.some((sighting) => sighting.isIntersecting)) return;
      observer.disconnect();
      void fetchPicture(transfer, token, abort.signal).then((picture) => {
        if (picture === undefined) return;
        if (abort.signal.aborted) URL.revokeObjectURL(picture);
        else setAddress((made = picture));
      });
    });
    observer.observe(element);
    return () => {
      abort.abort();
      observer.disconnect();
      if (made !== undefined) URL.revokeObjectURL(made);
    };
  }, [actions, place, transfer, wanted]);
  return address;
}
