import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useActions, useWords } from '../context.tsx';
import type { Picture } from '../daemon/picture.ts';
import { PICTURE_BYTES_MAX } from '../limits.ts';
import { shownName } from '../text/names.ts';

interface VerifiedPictureProps {
  readonly transfer: string;
  readonly name: string;
  readonly size: number;
}

/** `missing`: too large to show by itself, no longer there, or nothing that the browser can decode. */
type PictureState = 'waiting' | 'missing' | Picture;

/** A verified picture, fetched when it first comes into sight. CSS bounds how large it is shown. */
export function VerifiedPicture({ transfer, name, size }: VerifiedPictureProps): ReactNode {
  const words = useWords();
  const place = useRef<HTMLDivElement>(null);
  const [picture, setPicture] = useState<PictureState>(size > PICTURE_BYTES_MAX ? 'missing' : 'waiting');
  usePicture(place, transfer, setPicture);
  if (picture === 'missing') return null;
  return (
    <div className="picture" ref={place}>
      {picture === 'waiting' ? null : (
        <img
          src={picture.address}
          width={picture.width}
          height={picture.height}
          alt={words.pictureAlt(shownName(name))}
          decoding="async"
          onError={() => setPicture('missing')}
        />
      )}
    </div>
  );
}

/** Asks for the picture once `place` has been in sight. */
function usePicture(
  place: { readonly current: HTMLDivElement | null },
  transfer: string,
  setPicture: (picture: PictureState) => void,
): void {
  const actions = useActions();
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const abort = new AbortController();
    const observer = new IntersectionObserver((sightings) => {
      if (!sightings.some((sighting) => sighting.isIntersecting)) return;
      observer.disconnect();
      const link = (): Promise<string | undefined> => actions.files.link(transfer);
      void actions.files.pictures.get(transfer, link, abort.signal).then((picture) => {
        if (!abort.signal.aborted) setPicture(picture ?? 'missing');
      });
    });
    observer.observe(element);
    return () => {
      abort.abort();
      observer.disconnect();
    };
  }, [actions, place, setPicture, transfer]);
}
