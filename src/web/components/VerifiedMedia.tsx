import { CirclePlay } from 'lucide-react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useActions, useWords } from '../context.tsx';
import { shownName } from '../text/names.ts';

interface VerifiedMediaProps {
  readonly transfer: string;
  readonly name: string;
  readonly kind: 'audio' | 'video';
}

/** `unplayable`: the browser has no decoder for it, or the file is gone. */
type MediaState = 'offered' | 'unplayable' | { readonly address: string };

/** A verified sound or film. Nothing of it is fetched before somebody wants to hear or see it; it then comes in parts. */
export function VerifiedMedia({ transfer, name, kind }: VerifiedMediaProps): ReactNode {
  const words = useWords();
  const actions = useActions();
  const [media, setMedia] = useState<MediaState>('offered');
  const play = async (): Promise<void> => {
    const link = await actions.files.link(transfer);
    setMedia(link === undefined ? 'unplayable' : { address: `${link}?inline=1` });
  };
  if (media === 'unplayable') return <p className="quiet">{words.mediaUnplayable}</p>;
  if (media === 'offered')
    return (
      <button
        type="button"
        className="button small media-play"
        aria-label={words.playFile(shownName(name))}
        onClick={() => void play()}
      >
        <CirclePlay size={18} aria-hidden="true" />
        {words.play}
      </button>
    );
  const Player = kind;
  return (
    <Player
      className="media"
      src={media.address}
      controls
      autoPlay
      preload="metadata"
      aria-label={kind === 'audio' ? words.audioOf(shownName(name)) : words.videoOf(shownName(name))}
      onError={() => setMedia('unplayable')}
    />
  );
}
