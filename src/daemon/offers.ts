/**
 * Private rooms that others let us into by name. Nothing of one opens, or is said in it, before our person accepts. What is
 * declined is told to whoever let us in, and not shown again until that one knows: what it sends then is a new offer. They
 * are kept with the settings, since whoever let us in may not be there any more.
 */
import * as v from 'valibot';
import { fromHex, toHex } from '../base/bytes.ts';
import type { MemberId, RoomId } from '../base/ids.ts';
import type { RoomInfo, RoomOffer } from '../contract/api.ts';
import type { PeerEvent } from '../core/api.ts';
import { SECRET_BYTES } from '../core/secrecy/limits.ts';
import type { EngineCommand } from '../io/engine-messages.ts';
import type { Store } from '../store/store.ts';
import type { Commands } from './commands.ts';
import type { Events } from './events.ts';
import { ApiFault } from './fault.ts';
import { OFFERS_KEPT_MAX } from './limits.ts';
import type { People } from './people.ts';
import type { PrivateRooms } from './private-rooms.ts';
import type { Rooms } from './rooms.ts';

export interface OffersContext {
  readonly store: Store;
  readonly events: Events;
  readonly commands: Commands;
  readonly rooms: Rooms;
  readonly people: People;
  readonly privateRooms: PrivateRooms;
  readonly post: (command: EngineCommand) => void;
}

const keptSchema = v.array(
  v.object({
    room: v.string(),
    /** Hexadecimal; absent once it is declined. */
    secret: v.optional(v.string()),
    name: v.string(),
    from: v.object({ id: v.string(), name: v.string() }),
    at: v.number(),
  }),
);
type Kept = v.InferOutput<typeof keptSchema>[number];

export class Offers {
  readonly #context: OffersContext;
  /** Oldest first. */
  #kept: readonly Kept[];

  constructor(context: OffersContext) {
    this.#context = context;
    this.#kept = readKept(context.store);
  }

  list(): readonly RoomOffer[] {
    return this.#kept.filter(isOpen).map(offerInfo);
  }

  /** Returns when the room is open, and the others have told us who is in it, or after a while. */
  async accept(id: string): Promise<RoomInfo> {
    const { commands, privateRooms } = this.#context;
    const kept = this.#open(id);
    const genesisSecret = fromHex(kept.secret ?? '');
    if (genesisSecret?.length !== SECRET_BYTES) throw new ApiFault('offer-unknown', { room: kept.name });
    privateRooms.checkSpace(kept.name);
    const room = kept.room as RoomId;
    const offer = { room, genesisSecret, name: kept.name };
    await commands.run((token) => ({ type: 'accept-room', offer, token }), { room: kept.name });
    this.onJoined(room);
    return privateRooms.arrived(room, kept.name);
  }

  decline(id: string): void {
    const kept = this.#open(id);
    const { secret: _, ...declined } = kept;
    this.#end(kept, declined);
    this.#tell(kept);
  }

  onOffered({ offer, from }: Extract<PeerEvent, { type: 'room-offered' }>): void {
    const { events, people, rooms } = this.#context;
    const { room, genesisSecret, name } = offer;
    if (rooms.get(room)?.private?.state === 'open') return;
    const known = this.#kept.find((one) => one.room === room);
    if (known !== undefined && isOpen(known)) return;
    // It does not know of the no yet. From anybody else it is another offer.
    if (known?.from.id === from) return this.#tell(known);
    if (known !== undefined) this.#end(known, undefined);
    const kept: Kept = {
      room,
      secret: toHex(genesisSecret),
      name,
      from: { id: from, name: people.nameOf(from) ?? from.slice(0, SHOWN_DIGITS) },
      at: Date.now(),
    };
    this.#makeRoom();
    this.#save([...this.#kept, kept]);
    events.emit({ type: 'room-offered', ...offerInfo(kept) });
  }

  /** By whatever way we came into it. */
  onJoined(room: RoomId): void {
    const kept = this.#kept.find((one) => one.room === room);
    if (kept !== undefined) this.#end(kept, undefined);
  }

  /** Whoever offered it knows that we declined: nothing is to be kept from being shown any more. */
  onDeclineTold(room: RoomId, by: MemberId): void {
    const kept = this.#kept.find((one) => one.room === room && one.from.id === by && !isOpen(one));
    if (kept !== undefined) this.#end(kept, undefined);
  }

  #tell({ room, from }: Kept): void {
    this.#context.post({ type: 'decline-room', room: room as RoomId, by: from.id as MemberId });
  }

  /** What was declined goes first: it may be offered again, which costs a look. */
  #makeRoom(): void {
    if (this.#kept.length < OFFERS_KEPT_MAX) return;
    const oldest = this.#kept.find((one) => !isOpen(one)) ?? this.#kept[0];
    if (oldest !== undefined) this.#end(oldest, undefined);
  }

  #open(id: string): Kept {
    const kept = this.#kept.find((one) => one.room === id && isOpen(one));
    if (kept === undefined) throw new ApiFault('offer-unknown', { room: id });
    return kept;
  }

  #end(kept: Kept, instead: Kept | undefined): void {
    const others = this.#kept.filter(({ room }) => room !== kept.room);
    this.#save(instead === undefined ? others : [...others, instead]);
    if (isOpen(kept)) this.#context.events.emit({ type: 'room-offer-ended', id: kept.room });
  }

  #save(kept: readonly Kept[]): void {
    const { store, events } = this.#context;
    this.#kept = kept;
    const written = store.attempt(() => store.settings.set('room-offers', JSON.stringify(kept)));
    if (!written.ok) events.stand(written.error.code, { ...written.error });
  }
}

const SHOWN_DIGITS = 8;

const isOpen = ({ secret }: Kept): boolean => secret !== undefined;

const offerInfo = ({ room, name, from, at }: Kept): RoomOffer => ({ id: room, name, from, at });

/** What is damaged is none: whoever let us in offers it again when it sees us anew. */
function readKept({ settings, damage }: Store): readonly Kept[] {
  const text = settings.get('room-offers');
  if (text === undefined) return [];
  const parsed = v.safeParse(keptSchema, damage.json('settings.room-offers', text));
  if (!parsed.success) damage.note('settings.room-offers');
  return parsed.success ? parsed.output : [];
}
