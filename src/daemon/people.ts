/**
 * Who we have seen, by key. A name is pinned to the key that first came with it: whoever comes later by that name, or by one
 * that looks like it, is told of, and so is a name of which nothing can be seen. A mark of verification belongs to a key,
 * never to a name, so nobody takes it over with a name.
 */
import type { Bytes } from '../base/bytes.ts';
import type { MemberId } from '../base/ids.ts';
import { foldName, likenessOf, nameSkeleton, showDifference } from '../base/look-alikes.ts';
import type { IdentityWarning, KnownMember, Person } from '../contract/api.ts';
import { COLOUR_MAX } from '../core/wire/hello.ts';
import type { KnownMemberRow } from '../store/known-members.ts';
import { KNOWN_MEMBERS_MAX } from '../store/limits.ts';
import type { Store } from '../store/store.ts';
import type { Events } from './events.ts';
import { ApiFault } from './fault.ts';
import { COLOURS_TOLD_MAX, KNOWN_FLUSH_MS, SEEN_AGAIN_MS } from './limits.ts';

/** Somebody as a room shows him. */
export interface Sighting {
  readonly id: MemberId;
  readonly name: string;
  readonly publicKey: Bytes;
  /** Of its badge, as it says. */
  readonly colour?: number | undefined;
}

export interface PeopleContext {
  readonly store: Store;
  readonly events: Events;
  readonly self: () => Person;
  readonly isPresent: (id: MemberId) => boolean;
  /** Unix milliseconds. */
  readonly now: () => number;
}

interface Known {
  row: KnownMemberRow;
  skeleton: string;
  /** The warning that was told last. */
  told: string;
}

export class People {
  readonly #context: PeopleContext;
  readonly #known = new Map<MemberId, Known>();
  /** Whose names look the same. */
  readonly #alike = new Map<string, Set<MemberId>>();
  /** Seen, and not on the disk yet: a crowd that comes at once is one write. */
  readonly #unwritten = new Set<MemberId>();
  #flushDue: NodeJS.Timeout | undefined;

  constructor(context: PeopleContext) {
    this.#context = context;
    for (const row of context.store.known.list()) this.#keep(withColour(row, row.colour));
  }

  /** Remembers the key and the name, and says so where they give reason to doubt. */
  see({ id, name, publicKey, colour }: Sighting): void {
    if (id === this.#context.self().id || publicKey.length === 0) return;
    const now = this.#context.now();
    const known = this.#known.get(id);
    if (known === undefined) {
      const row = { id, publicKey, name, namedAt: now, firstSeenAt: now, lastSeenAt: now };
      this.#write(withColour(row, colour));
    } else if (known.row.name !== name) {
      this.#write(withColour({ ...known.row, name, namedAt: now, lastSeenAt: now }, colour));
    } else if (now - known.row.lastSeenAt > SEEN_AGAIN_MS) {
      this.#write(withColour({ ...known.row, lastSeenAt: now }, colour));
    } else this.recolour(id, colour);
    this.#tell(id);
  }

  /** Somebody who is here has this colour now; undefined: none chosen. */
  recolour(id: MemberId, colour: number | undefined): void {
    const row = this.#known.get(id)?.row;
    if (row === undefined || row.colour === colourOf(colour)) return;
    this.#write(withColour(row, colour));
  }

  /** The colour that it had when it was seen last; undefined: none chosen. */
  colourOf(id: MemberId): number | undefined {
    return this.#known.get(id)?.row.colour;
  }

  /** The chosen colours of those that were seen last, by id. */
  colours(): Readonly<Record<string, number>> {
    const rows = [...this.#known.values()].map(({ row }) => row).filter(({ colour }) => colour !== undefined);
    const latest = rows.toSorted((a, b) => b.lastSeenAt - a.lastSeenAt).slice(0, COLOURS_TOLD_MAX);
    return Object.fromEntries(latest.map(({ id, colour }) => [id, colour as number]));
  }

  isVerified(id: MemberId): boolean {
    return this.#known.get(id)?.row.verifiedAt !== undefined;
  }

  /** The mark goes to or from a key; known to all clients at once, and kept. */
  setVerified(id: MemberId, verified: boolean): KnownMember {
    const known = this.#known.get(id);
    if (known === undefined) throw new ApiFault('member-unknown', { member: id, room: '', ids: '' });
    if (verified !== (known.row.verifiedAt !== undefined)) {
      const { verifiedAt: _, ...row } = known.row;
      this.#write(verified ? { ...row, verifiedAt: this.#context.now() } : row, true);
      const member = { id, name: known.row.name };
      this.#context.events.emit({ type: 'verified-changed', member, verified });
      this.#tell(id);
    }
    return this.#info(this.#known.get(id) as Known);
  }

  /** As if it had never been seen; whoever is here is seen again with its next sign of life. */
  forget(id: MemberId): Person {
    const known = this.#known.get(id);
    if (known === undefined) throw new ApiFault('member-unknown', { member: id, room: '', ids: '' });
    const { store, events } = this.#context;
    const deleted = store.attempt(() => store.known.delete(id));
    if (!deleted.ok) throw new ApiFault(deleted.error.code, { ...deleted.error });
    this.#drop(known);
    const member = { id, name: known.row.name };
    if (known.row.verifiedAt !== undefined)
      events.emit({ type: 'verified-changed', member, verified: false });
    return member;
  }

  keyOf(id: MemberId): Bytes | undefined {
    return this.#known.get(id)?.row.publicKey;
  }

  nameOf(id: MemberId): string | undefined {
    return this.#known.get(id)?.row.name;
  }

  persons(): readonly (Person & { readonly id: MemberId })[] {
    return [...this.#known.values()].map(({ row: { id, name } }) => ({ id, name }));
  }

  list(): readonly KnownMember[] {
    return [...this.#known.values()].map((known) => this.#info(known));
  }

  /** Why this name is not to be trusted; undefined where nothing speaks against it. */
  warning(id: MemberId, name: string): IdentityWarning | undefined {
    if (foldName(name) === '') return { kind: 'no-name', shown: showDifference(name, '')[0] };
    const known = this.#known.get(id);
    const row = known?.row;
    // Verified under this very name: what matters is the key, and that was compared.
    if (row?.verifiedAt !== undefined && row.name === name && row.verifiedAt >= row.namedAt) return undefined;
    const skeleton = known?.row.name === name ? known.skeleton : likeKey(name);
    const self = this.#context.self();
    if (id !== self.id && likeKey(self.name) === skeleton)
      return this.#warn(name, { id: self.id, name: self.name }, 'same-name', true, true);
    const others = [...(this.#alike.get(skeleton) ?? [])]
      .filter((other) => other !== id)
      .map((other) => this.#known.get(other)?.row)
      .filter((other) => other !== undefined && isOlder(other, row));
    const [other] = others.toSorted(
      (a, b) =>
        Number(b?.verifiedAt !== undefined) - Number(a?.verifiedAt !== undefined) ||
        (a?.namedAt ?? 0) - (b?.namedAt ?? 0),
    );
    if (other === undefined) return undefined;
    const kind = this.#context.isPresent(other.id) ? 'same-name' : 'name-changed-key';
    return this.#warn(name, other, kind, other.verifiedAt !== undefined, false);
  }

  #warn(
    name: string,
    other: Person,
    whereSame: 'same-name' | 'name-changed-key',
    verified: boolean,
    self: boolean,
  ): IdentityWarning {
    const [shown, otherShown] = showDifference(name, other.name);
    const kind = likenessOf(name, other.name) === 'same' ? whereSame : 'look-alike';
    return { kind, other: { id: other.id, name: other.name, verified, self }, shown, otherShown };
  }

  close(): void {
    this.#flush();
  }

  /** Once for each reason. */
  #tell(id: MemberId): void {
    const known = this.#known.get(id);
    if (known === undefined) return;
    const { name } = known.row;
    const warning = this.warning(id, name);
    const told = warning === undefined ? '' : `${warning.kind} ${warning.other?.id ?? ''} ${name}`;
    if (told === known.told) return;
    known.told = told;
    if (warning !== undefined)
      this.#context.events.emit({ type: 'identity-warning', member: { id, name }, warning });
  }

  #info({ row }: Known): KnownMember {
    const { id, name, firstSeenAt, verifiedAt, colour } = row;
    const warning = this.warning(id, name);
    return {
      id,
      name,
      ...(colour === undefined ? {} : { colour }),
      firstSeenAt,
      verified: verifiedAt !== undefined,
      ...(verifiedAt === undefined ? {} : { verifiedAt }),
      ...(warning === undefined ? {} : { warning }),
    };
  }

  /** `isVital`: who asked for it must hear that the disk did not take it. */
  #write(row: KnownMemberRow, isVital = false): void {
    if (isVital) {
      const { store } = this.#context;
      const written = store.attempt(() => store.known.put([row]));
      if (!written.ok) throw new ApiFault(written.error.code, { ...written.error });
    } else {
      this.#unwritten.add(row.id);
      this.#flushDue ??= setTimeout(() => this.#flush(), KNOWN_FLUSH_MS);
    }
    this.#keep(row);
    if (this.#known.size > KNOWN_MEMBERS_MAX) this.#dropOldest();
  }

  /** What the disk does not take now is seen again another time. */
  #flush(): void {
    clearTimeout(this.#flushDue);
    this.#flushDue = undefined;
    const rows = [...this.#unwritten]
      .map((id) => this.#known.get(id)?.row)
      .filter((row) => row !== undefined);
    this.#unwritten.clear();
    const { store } = this.#context;
    if (rows.length > 0) store.attempt(() => store.known.put(rows));
  }

  #keep(row: KnownMemberRow): void {
    const known = this.#known.get(row.id);
    const skeleton = known?.row.name === row.name ? known.skeleton : likeKey(row.name);
    if (known !== undefined) this.#alike.get(known.skeleton)?.delete(row.id);
    this.#known.set(row.id, { row, skeleton, told: known?.told ?? '' });
    const alike = this.#alike.get(skeleton) ?? new Set<MemberId>();
    this.#alike.set(skeleton, alike.add(row.id));
  }

  #dropOldest(): void {
    let oldest: Known | undefined;
    for (const known of this.#known.values()) {
      if (known.row.verifiedAt !== undefined) continue;
      if (oldest === undefined || known.row.lastSeenAt < oldest.row.lastSeenAt) oldest = known;
    }
    if (oldest !== undefined) this.#drop(oldest);
  }

  #drop({ row, skeleton }: Known): void {
    this.#known.delete(row.id);
    this.#unwritten.delete(row.id);
    const alike = this.#alike.get(skeleton);
    alike?.delete(row.id);
    if (alike?.size === 0) this.#alike.delete(skeleton);
  }
}

/** What comes from elsewhere, or from a file that was changed; no colour where it is none that a HELLO can say. */
function colourOf(colour: number | undefined): number | undefined {
  return Number.isInteger(colour) && Number(colour) >= 1 && Number(colour) <= COLOUR_MAX ? colour : undefined;
}
function withColour(row: KnownMemberRow, colour: number | undefined): KnownMemberRow {
  const { colour: _, ...rest } = row;
  const valid = colourOf(colour);
  return valid === undefined ? rest : { ...rest, colour: valid };
}

/** Equal for names that look alike. Of what has no skeleton, such as dots, each is like itself only. */
const likeKey = (name: string): string => nameSkeleton(name) || foldName(name);

/** Had its name before `row` did. Of two that came in the same millisecond each is doubted. */
const isOlder = (other: KnownMemberRow, row: KnownMemberRow | undefined): boolean =>
  row === undefined || other.namedAt <= row.namedAt || other.verifiedAt !== undefined;
