/** Who may be in a room, and what of its log may be taken from and given to whom. Public rooms: everybody, everything. */
import type { MemberId } from '../../base/ids.ts';
import type { LogRecord } from '../wire/record.ts';

export interface RoomAccess {
  /** What a seal adds to each frame. */
  readonly sealBytes: number;
  isMember(id: MemberId): boolean;
  /**
   * What to do with a record that is not here. `later`: not now, but it may be asked for again; `never`: it is after its
   * author's removal.
   */
  judge(author: MemberId, sequence: number): 'take' | 'later' | 'never';
  /** A record came for the first time: who can have read it then may have it again. */
  came(record: LogRecord): void;
  /** We wrote one. */
  wrote(record: LogRecord): void;
  /** It comes from the store, with what `audienceId` said of it then. */
  restored(record: LogRecord, audienceId: string): void;
  /** What the store keeps of who may have it. */
  audienceId(record: LogRecord): string;
  /** Whether there is a way to give it to that member that gives it to nobody who may not have it. */
  mayHave(record: LogRecord, asker: MemberId): boolean;
  /** Who may read a repetition of it; undefined: everybody in the room. */
  audience(record: LogRecord): ReadonlySet<MemberId> | undefined;
}

export const PUBLIC_ACCESS: RoomAccess = {
  sealBytes: 0,
  isMember: () => true,
  judge: () => 'take',
  came: () => undefined,
  wrote: () => undefined,
  restored: () => undefined,
  audienceId: () => '',
  mayHave: () => true,
  audience: () => undefined,
};
