/** What the parts of this folder are given: who somebody is, how to reach him, and the ways out. */
import type { MemberId, RoomId } from '../../base/ids.ts';
import type { Address } from '../api.ts';
import type { Context } from '../context.ts';
import type { OwnPrekey, Prekey } from '../secrecy/prekeys.ts';
import type { MessageId } from '../wire/direct.ts';
import type { DirectBody } from './body.ts';

/** A member that is seen in some joined room and that can be sealed to. */
export interface Contact {
  readonly id: MemberId;
  /** In force and verified; its `identity` is the key that the id is the hash of. */
  readonly prekey: Prekey;
  /** Of its process now. */
  readonly incarnation: string;
  readonly address: Address;
  /** Where it is seen: its group is a second way to it. */
  readonly room: RoomId;
}

export interface DirectPorts {
  readonly context: Pick<Context, 'crypto' | 'self' | 'send' | 'count'>;
  prekeys(): readonly OwnPrekey[];
  contact(member: MemberId): Contact | undefined;
  /**
   * Something new by `from`, once; `message` is its id. Acknowledgements are not among it. False where it answers nothing that
   * we know of: then it is not acknowledged, and counts for nothing.
   */
  received(now: number, from: Contact, body: DirectBody, message: MessageId): boolean;
  /** What `post` took goes out under this id from now on. */
  sealed(to: MemberId, body: DirectBody, message: MessageId): void;
  /** What `post` took was acknowledged, or given up. */
  settled(now: number, to: MemberId, body: DirectBody, isDelivered: boolean): void;
}
