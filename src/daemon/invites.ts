/** Invites to private rooms: made as a link or six words, and used. */
import type { Bytes } from '../base/bytes.ts';
import { INVITE_HOURS_DEFAULT } from '../contract/api.ts';
import type { InviteInfo, RoomInfo } from '../contract/api.ts';
import type { CryptoPort, PeerEvent } from '../core/api.ts';
import {
  encodeInviteLink,
  inviteRootOfLink,
  inviteRootOfWords,
  newInviteSecret,
  parseInviteLink,
} from '../core/secrecy/invite.ts';
import { INVITE_WORD_COUNT, newInviteWords, parseInviteWords } from '../core/secrecy/invite-words.ts';
import type { EngineCommand } from '../io/engine-messages.ts';
import type { Commands } from './commands.ts';
import type { Events } from './events.ts';
import { ApiFault } from './fault.ts';
import { JOIN_MS_MAX } from './limits.ts';
import type { PrivateRooms } from './private-rooms.ts';
import { qrRows } from './qr.ts';
import { stretchInviteWords } from './stretch.ts';

export type Invite =
  | { readonly form: 'link'; readonly secret: Bytes }
  | { readonly form: 'words'; readonly words: string };

export interface InvitesContext {
  readonly crypto: CryptoPort;
  readonly events: Events;
  readonly commands: Commands;
  readonly privateRooms: PrivateRooms;
  readonly post: (command: EngineCommand) => void;
}

const HOUR_MS = 3_600_000;

export class Invites {
  readonly #context: InvitesContext;
  /** Tokens of joins that wait for an answer. */
  readonly #joining = new Set<number>();

  constructor(context: InvitesContext) {
    this.#context = context;
  }

  async create(label: string, form: 'link' | 'words', hours = INVITE_HOURS_DEFAULT): Promise<InviteInfo> {
    const { crypto, commands, privateRooms } = this.#context;
    const room = privateRooms.open(label);
    const invite: Invite =
      form === 'link' ? { form, secret: newInviteSecret(crypto) } : { form, words: newInviteWords(crypto) };
    const text = invite.form === 'link' ? encodeInviteLink(crypto, invite.secret) : invite.words;
    const root = await this.#rootOf(invite);
    const expiresAt = Date.now() + hours * HOUR_MS;
    await commands.run((token) => ({ type: 'invite', room: room.id, root, expiresAt, token }), {
      room: room.label,
    });
    const words = invite.form === 'words' ? { words: text.split(' ') } : {};
    return { invite: text, ...words, expiresAt, qr: qrRows(text) };
  }

  /** That one, or every open one of the room. */
  async revoke(label: string, id: string | undefined): Promise<{ readonly revoked: number }> {
    const { commands, privateRooms } = this.#context;
    const room = privateRooms.open(label);
    const open = room.private.view?.openInvites ?? [];
    const chosen = id === undefined ? open : open.filter(({ operation }) => operation === id);
    if (chosen.length === 0 && id !== undefined) throw new ApiFault('invite-unknown');
    for (const { operation: invite } of chosen)
      await commands.run((token) => ({ type: 'revoke-invite', room: room.id, invite, token }), {
        room: room.label,
      });
    return { revoked: chosen.length };
  }

  /** Returns when we are in the room. */
  async join(invite: Invite): Promise<RoomInfo> {
    const { commands, privateRooms, events } = this.#context;
    privateRooms.checkSpace('');
    if (invite.form === 'words') events.emit({ type: 'invite-progress', stage: 'stretching' });
    const root = await this.#rootOf(invite);
    let token = 0;
    try {
      const room = await commands.run(
        (given) => {
          token = given;
          this.#joining.add(token);
          return { type: 'join-by-invite', root, at: Date.now(), token };
        },
        { room: '' },
        JOIN_MS_MAX,
      );
      return await privateRooms.arrived(room, '');
    } finally {
      this.#joining.delete(token);
    }
  }

  cancelJoins(): void {
    for (const token of this.#joining) {
      this.#context.post({ type: 'cancel-join', token });
      this.#context.commands.onFailed(token, 'cancelled');
    }
  }

  onProgress({ stage, roomName }: Extract<PeerEvent, { type: 'invite-progress' }>): void {
    const name = roomName === undefined ? {} : { name: roomName };
    this.#context.events.emit({ type: 'invite-progress', stage, ...name });
  }

  async #rootOf(invite: Invite): Promise<Bytes> {
    const { crypto } = this.#context;
    if (invite.form === 'link') return inviteRootOfLink(crypto, invite.secret);
    return inviteRootOfWords(crypto, await stretchInviteWords(crypto, invite.words));
  }
}

/** More than half of six words are of the list: this is no room's name, it is an invite that was mistyped. */
const WORDS_FITTING_MIN = 4;

/** The invite in what somebody typed where a room's name may be, too; undefined where it is none. */
export function parseInvite(crypto: Pick<CryptoPort, 'sha256'>, text: string): Invite | undefined {
  const link = parseInviteLink(crypto, text);
  if (link.ok) return { form: 'link', secret: link.value };
  if (link.error === 'mistyped') throw new ApiFault('invite-mistyped', { detail: text });
  const words = parseInviteWords(text);
  if (words.ok) return { form: 'words', words: words.value };
  const typed = text.split(/[^\p{L}]+/u).filter((word) => word !== '');
  if (typed.length < INVITE_WORD_COUNT - 1 || typed.length > INVITE_WORD_COUNT + 1) return undefined;
  // A name that is opened as a public room would tell the whole network what the words are.
  const fitting = typed.filter((word) => parseInviteWords(Array(INVITE_WORD_COUNT).fill(word).join(' ')).ok);
  if (fitting.length < WORDS_FITTING_MIN) return undefined;
  const detail =
    words.error.code === 'word-unknown' ? words.error.word : `${words.error.count} ≠ ${INVITE_WORD_COUNT}`;
  throw new ApiFault('invite-mistyped', { detail });
}
