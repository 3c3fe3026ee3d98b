/** People as the local API shows them: who is in a room, whom we ever saw, and how two make sure of each other. */
import * as v from 'valibot';
import type { Way } from './network.ts';

export const role = v.picklist(['owner', 'admin', 'member']);
/** Most rights first. */
export type Role = v.InferOutput<typeof role>;

/** How many colours a badge can have; what they look like is up to each client. */
export const AVATAR_COLOURS = 8;

export interface Person {
  readonly id: string;
  readonly name: string;
}

/** A reason to doubt that somebody is who the name says. */
export interface IdentityWarning {
  /**
   * `name-changed-key`: we know the name from somebody else, who is not here now. `same-name`: two are here by that name.
   * `look-alike`: the name looks like somebody else's and is another one. `no-name`: nothing of the name can be seen.
   */
  readonly kind: 'name-changed-key' | 'same-name' | 'look-alike' | 'no-name';
  /** Whose name it is or looks like; absent for `no-name`. */
  readonly other?: Person & { readonly verified: boolean; readonly self: boolean };
  /** Both names with what differs or cannot be seen as code points: `Wr[U+0435]n`. */
  readonly shown: string;
  readonly otherShown?: string;
}

export interface MemberInfo {
  readonly id: string;
  readonly name: string;
  /** Of its badge, as it chose it: 1 to AVATAR_COLOURS; more, from a newer Starling, are as good as none. */
  readonly colour?: number;
  readonly address: string;
  readonly self: boolean;
  readonly away: boolean;
  readonly silentMs: number;
  readonly roundTripMs?: number;
  readonly hearsUs?: boolean;
  /** How we reach each other. */
  readonly way?: Way;
  /** Removed by us from this public room; listed so that it can be restored. */
  readonly removed: boolean;
  /** Seen in the room now. A private room lists its members whether they are or not. */
  readonly present: boolean;
  /** In private rooms. */
  readonly role?: Role;
  /** We made sure that the key is this person's. True for our own row. */
  readonly verified: boolean;
  /** Can be let into a private room, and written to directly, from here now. */
  readonly canBeReached: boolean;
  /** Of the room `classic`: an address, and whoever sends from it. */
  readonly unauthenticated?: true;
  readonly warning?: IdentityWarning;
}

/** Somebody we saw at some time, by whatever name it had last. */
export interface KnownMember {
  readonly id: string;
  readonly name: string;
  /** Of its badge, as it was when it was seen last. */
  readonly colour?: number;
  readonly firstSeenAt: number;
  readonly verified: boolean;
  readonly verifiedAt?: number;
  readonly warning?: IdentityWarning;
}

export interface Verification extends Person {
  /** Twelve groups of five digits; the other one sees the same. */
  readonly safetyNumber: readonly string[];
  /** Of the sixty digits. */
  readonly qr: readonly string[];
  readonly verified: boolean;
  /** Emoji can be compared: the member is there. */
  readonly present: boolean;
}

/** One of the seven. `name` is in the language of the daemon; `index` of the list in src/words/verification-emoji.ts. */
export interface EmojiShown {
  readonly index: number;
  readonly symbol: string;
  readonly name: string;
}
