/** What a person pastes as an invite. The daemon decides; this only tells an invite from a room's name at once. */

const LINK = /starling\s*:\s*join\s*\//i;
const WORDS = 6;

/** `link`, `words`, or undefined for what can be neither. */
export function inviteForm(pasted: string): 'link' | 'words' | undefined {
  if (LINK.test(pasted)) return 'link';
  const words = pasted.match(/[a-z]+/gi) ?? [];
  const onlyWords = /^[\sa-z,.;:/|_\d()'"-]*$/i.test(pasted);
  return onlyWords && words.length === WORDS && words.every((word) => word.length >= 3) ? 'words' : undefined;
}
