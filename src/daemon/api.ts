/** The methods of the local API, each handed to its use case. */
import { rmSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Method, Params, Request, Results, Snapshot } from '../contract/api.ts';
import type { MemberId, RoomId } from '../base/ids.ts';
import type { CryptoPort } from '../core/api.ts';
import type { EngineCommand } from '../io/engine-messages.ts';
import type { ClassicFiles } from './classic/classic-files.ts';
import { withClassic } from './classic/classic-api.ts';
import type { Classic } from './classic/classic.ts';
import type { Downloads } from './downloads.ts';
import type { Doctor } from './doctor/doctor.ts';
import type { EngineQuestions } from './engine-questions.ts';
import { networkNow } from './network-now.ts';
import type { PassphraseCare } from './passphrase.ts';
import type { Events } from './events.ts';
import { isExecutable, isExecutableName } from './executable.ts';
import { ApiFault, detailOf } from './fault.ts';
import { SNAPSHOT_MESSAGES_CHARACTERS_MAX, SNAPSHOT_MESSAGES_MAX } from './limits.ts';
import { parseInvite } from './invites.ts';
import type { Invites } from './invites.ts';
import type { Members } from './members.ts';
import type { Messages } from './messages.ts';
import type { Offers } from './offers.ts';
import { openFile, openFolderOf } from './opener.ts';
import type { FileRuleBook } from './file-rules.ts';
import type { Peers } from './peers.ts';
import type { People } from './people.ts';
import type { PrivateRooms } from './private-rooms.ts';
import { CLASSIC_ROOM } from './room-entry.ts';
import { DIRECT } from './room-labels.ts';
import type { Rooms } from './rooms.ts';
import type { Settings } from './settings.ts';
import type { Sources } from './sources.ts';
import type { Transfer } from './transfer-model.ts';
import type { Timeline } from './timeline.ts';
import type { Transfers } from './transfers.ts';
import type { Verification } from './verification.ts';

export interface UseCases {
  readonly events: Events;
  readonly rooms: Rooms;
  readonly members: Members;
  readonly messages: Messages;
  readonly timeline: Timeline;
  readonly transfers: Transfers;
  readonly rules: FileRuleBook;
  readonly sources: Sources;
  readonly classic: Classic;
  readonly doctor: Doctor;
  readonly questions: EngineQuestions;
  readonly passphrase: PassphraseCare;
  readonly peers: Peers;
  readonly classicFiles: ClassicFiles;
  readonly privateRooms: PrivateRooms;
  readonly invites: Invites;
  readonly offers: Offers;
  readonly people: People;
  readonly verification: Verification;
  readonly crypto: CryptoPort;
  readonly settings: Settings;
  readonly downloads: Downloads;
  readonly post: (command: EngineCommand) => void;
  readonly surroundings: () => Pick<Snapshot, 'downloads' | 'profile' | 'interfaces' | 'version'>;
  /** An address of the page with a fresh ticket. */
  readonly ticketUrl: () => string;
  /** Ends the daemon soon, after the answer has left. */
  readonly stop: () => void;
  /** Where a page finds a file that is here, for a while. */
  readonly fileUrl: (transfer: string) => string;
}

export type Handlers = { readonly [M in Method]: (params: Params<M>) => Results[M] | Promise<Results[M]> };

export interface ServedFile {
  readonly path: string;
  readonly fileName: string;
  readonly mediaType?: string;
}

const MESSAGES_DEFAULT = 1000;

export class Api {
  readonly #uses: UseCases;
  readonly #handlers: Handlers;

  constructor(uses: UseCases) {
    this.#uses = uses;
    const handlers = {
      ...roomHandlers(uses),
      ...privateHandlers(uses),
      ...historyHandlers(uses),
      ...peopleHandlers(uses),
      ...fileHandlers(uses),
      ...selfHandlers(uses, this),
    };
    this.#handlers = withClassic(handlers, uses);
  }

  /** The result, or an ApiFault. */
  async call<M extends Method>(request: Request<M>): Promise<Results[M]> {
    const handler = this.#handlers[request.method] as (params: Params<M>) => Results[M] | Promise<Results[M]>;
    return handler(request.params);
  }

  async snapshot(): Promise<Snapshot> {
    const { rooms, members, people, timeline, transfers, classicFiles, settings, offers, surroundings } =
      this.#uses;
    const lists = await Promise.all(
      rooms.activeIds().map(async (id) => [rooms.label(id), await members.list(id)] as const),
    );
    return {
      self: settings.self(),
      settings: settings.looks(),
      members: Object.fromEntries(lists),
      rooms: rooms.list(),
      offers: offers.list(),
      colours: people.colours(),
      messages: rooms
        .list()
        .flatMap(({ room }) =>
          timeline.newest(rooms.idOf(room), SNAPSHOT_MESSAGES_MAX, SNAPSHOT_MESSAGES_CHARACTERS_MAX),
        ),
      transfers: [...transfers.list(), ...classicFiles.list()],
      readMarks: Object.fromEntries(
        rooms.activeIds().map((id) => [rooms.label(id), timeline.marks(id)] as const),
      ),
      ...surroundings(),
    };
  }

  async offerUpload(
    room: string,
    path: string,
    upload: { name: string; spool: string; isFolder?: boolean },
  ): Promise<Results['send-path']> {
    const { rooms, sources, transfers, classicFiles } = this.#uses;
    const { name, isFolder } = upload;
    try {
      const id = rooms.speakingId(room);
      if (id === CLASSIC_ROOM && isFolder === true) throw new ApiFault('classic-not-possible');
      if (id === CLASSIC_ROOM) return classicFiles.send(path, undefined, upload);
      const again = transfers.hadFolder(id, name);
      const pack = isFolder === true ? { pack: { paths: [path], name, again } } : {};
      return await sources.offer(id, path, { upload, ...pack });
    } catch (error) {
      rmSync(upload.spool, { recursive: true, force: true });
      throw error;
    }
  }

  /** The file behind a transfer, where it is there to be had. */
  file(id: string): ServedFile {
    const { transfers, classicFiles } = this.#uses;
    return classicFiles.has(id) ? classicFiles.file(id) : fileOf(transfers.get(id));
  }

  /** Before an upload begins: refuses a room that is not open. */
  checkRoom(room: string): void {
    this.#uses.rooms.activeId(room);
  }
}

function roomHandlers(uses: UseCases) {
  const { rooms, members, messages, timeline, privateRooms, invites, crypto, post } = uses;
  return {
    join: ({ room, remember }: Params<'join'>) => {
      // What is known by this label is meant, whatever else it looks like.
      const known = rooms.find(room);
      if (known === undefined && room.startsWith(DIRECT)) return privateRooms.direct(room.slice(1));
      if (known?.private !== undefined) return privateRooms.join(known, remember);
      const invite = known === undefined ? parseInvite(crypto, room) : undefined;
      return invite === undefined ? rooms.join(room, remember) : invites.join(invite);
    },
    quit: ({ room }: Params<'quit'>) => {
      const known = rooms.find(room);
      if (known?.private !== undefined) return privateRooms.quit(known);
      const info = rooms.quit(room);
      members.clear(info.id as RoomId);
      return info;
    },
    say: ({ room, text, replyTo }: Params<'say'>) => messages.say(rooms.speakingId(room), text, replyTo),
    members: ({ room }: Params<'members'>) => members.list(rooms.idOf(room)),
    messages: ({ room, limit }: Params<'messages'>) =>
      timeline.newest(rooms.idOf(room), limit ?? MESSAGES_DEFAULT),
    probe: ({ room }: Params<'probe'>) => {
      post({ type: 'probe', room: rooms.activeId(room) });
      return {};
    },
    remove: ({ room, member }: Params<'remove'>) => {
      const id = rooms.activeId(room);
      const isPrivate = rooms.get(id)?.private !== undefined;
      return isPrivate ? privateRooms.remove(room, member) : members.remove(id, member);
    },
    restore: ({ room, member }: Params<'restore'>) => members.restore(rooms.activeId(room), member),
  };
}

function historyHandlers({ messages, timeline }: UseCases) {
  return {
    timeline: (wish: Params<'timeline'>) => timeline.page(wish),
    search: (wish: Params<'search'>) => timeline.search(wish),
    edit: (wish: Params<'edit'>) => messages.edit(wish),
    react: (wish: Params<'react'>) => messages.react(wish),
    delete: (wish: Params<'delete'>) => messages.delete(wish),
    hide: (wish: Params<'hide'>) => timeline.hide(wish),
    read: (wish: Params<'read'>) => messages.read(wish),
    typing: (wish: Params<'typing'>) => messages.typing(wish),
    'set-retention': (wish: Params<'set-retention'>) => timeline.setRetention(wish),
    export: (wish: Params<'export'>) => timeline.export(wish),
  };
}

function fileHandlers({ rooms, transfers, rules, sources, fileUrl }: UseCases) {
  return {
    transfers: ({ room }: Params<'transfers'>) =>
      transfers.list(room === undefined ? undefined : rooms.idOf(room)),
    'send-path': ({ room, path, rate, resume }: Params<'send-path'>) => {
      const id = rooms.speakingId(room);
      const known = resume === true ? transfers.resumeSource(id, [path]) : undefined;
      return known ?? sources.offer(id, path, { megabitsPerSecondMax: rate });
    },
    'send-paths': ({ room, paths, name, rate, resume }: Params<'send-paths'>) => {
      const id = rooms.speakingId(room);
      const known = resume === true ? transfers.resumeSource(id, paths) : undefined;
      if (id === CLASSIC_ROOM) throw new ApiFault('classic-not-possible');
      const packed = name ?? packName(paths);
      const pack = { paths, name: packed, again: transfers.hadFolder(id, packed) };
      return known ?? sources.offer(id, pack.paths[0] ?? '', { pack, megabitsPerSecondMax: rate });
    },
    accept: ({ transfer }: Params<'accept'>) => {
      transfers.decisions.accept(transfer);
      return {};
    },
    decline: ({ transfer }: Params<'decline'>) => {
      transfers.decisions.decline(transfer);
      return {};
    },
    cancel: ({ transfer }: Params<'cancel'>) => {
      transfers.decisions.cancel(transfer);
      return {};
    },
    pause: ({ transfer }: Params<'pause'>) => transfers.decisions.pause(transfer),
    resume: ({ transfer }: Params<'resume'>) => transfers.decisions.resume(transfer),
    retry: ({ transfer, member }: Params<'retry'>) =>
      member === undefined ? transfers.decisions.retry(transfer) : transfers.asks.ask(transfer, member),
    'file-link': ({ transfer }: Params<'file-link'>) => ({ url: fileUrl(transfer) }),
    rules: () => rules.list(),
    'set-rules': (change: Params<'set-rules'>) => rules.set(change),
    open: async ({ transfer }: Params<'open'>) => {
      const found = transfers.get(transfer);
      if (found.offer.file.pack !== undefined) {
        const folder = folderOf(found);
        return launched(openFile(folder), found.fileName, folder);
      }
      const { path, fileName } = fileOf(found);
      if (isExecutable(path)) throw new ApiFault('open-refused', { name: fileName });
      return launched(openFile(path), fileName, path);
    },
    'show-in-folder': async ({ transfer }: Params<'show-in-folder'>) => {
      const found = transfers.get(transfer);
      const path = found.offer.file.pack === undefined ? fileOf(found).path : pathOf(found);
      return launched(openFolderOf(path), found.fileName, path);
    },
  };
}

function privateHandlers({ rooms, timeline, transfers, privateRooms, invites, offers }: UseCases) {
  return {
    'cancel-join': () => {
      invites.cancelJoins();
      return {};
    },
    create: ({ name, history }: Params<'create'>) => privateRooms.create(name, history),
    leave: ({ room }: Params<'leave'>) => privateRooms.leave(room),
    forget: ({ room: label }: Params<'forget'>) => {
      const room = rooms.find(label);
      if (room === undefined)
        throw new ApiFault('room-unknown', { room: label, joined: rooms.labelsJoined() });
      if (room.private !== undefined) {
        privateRooms.forget(label);
        timeline.forget(room.id);
      } else {
        if (room.active) throw new ApiFault('room-not-closed', { room: room.label });
        timeline.empty(room.id);
        rooms.forgetPublic(room);
      }
      transfers.forget(room.id);
      return {};
    },
    'accept-room': ({ offer }: Params<'accept-room'>) => offers.accept(offer),
    'decline-room': ({ offer }: Params<'decline-room'>) => {
      offers.decline(offer);
      return {};
    },
    'revoke-invite': ({ room, invite }: Params<'revoke-invite'>) => invites.revoke(room, invite),
    direct: ({ member }: Params<'direct'>) => privateRooms.direct(member),
    invite: ({ room, form, hours }: Params<'invite'>) => invites.create(room, form, hours),
    add: ({ room, member, role }: Params<'add'>) => privateRooms.add(room, member, role),
    'set-role': ({ room, member, role }: Params<'set-role'>) => privateRooms.setRole(room, member, role),
    'set-room': ({ room, ...change }: Params<'set-room'>) => privateRooms.setRoom(room, change),
  };
}

function peopleHandlers({ people, verification }: UseCases) {
  return {
    verification: ({ member }: Params<'verification'>) => verification.show(member),
    'set-verified': ({ member, verified }: Params<'set-verified'>) =>
      verification.setVerified(member, verified),
    emoji: ({ member, action }: Params<'emoji'>) => verification.emoji(member, action),
    'known-members': () => people.list(),
    'forget-member': ({ member }: Params<'forget-member'>) => people.forget(member as MemberId),
  };
}

function selfHandlers(
  { settings, downloads, doctor, peers, rooms, questions, passphrase, ticketUrl, stop }: UseCases,
  api: Api,
) {
  return {
    snapshot: () => api.snapshot(),
    'set-name': ({ name }: Params<'set-name'>) => settings.setName(name),
    'set-colour': ({ colour }: Params<'set-colour'>) => settings.setColour(colour),
    'set-downloads': ({ folder }: Params<'set-downloads'>) => downloads.set(folder),
    'set-settings': (change: Params<'set-settings'>) => settings.setLooks(change),
    peers: () => peers.list(),
    'add-peer': ({ host }: Params<'add-peer'>) => peers.add(host),
    'remove-peer': ({ host }: Params<'remove-peer'>) => peers.remove(host),
    'set-network': (change: Params<'set-network'>) => settings.network.set(change),
    doctor: () => doctor.report(),
    'set-passphrase': (params: Params<'set-passphrase'>) => passphrase.change(params),
    'network-now': () => networkNow(rooms, questions),
    ticket: () => ({ url: ticketUrl() }),
    stop: () => {
      stop();
      return {};
    },
  };
}

/** `photos`; of several, the first and how many more there are. */
function packName(paths: readonly string[]): string {
  const first = basename(resolve(paths[0] ?? '')) || 'files';
  return paths.length === 1 ? first : `${first} + ${paths.length - 1}`;
}

/** The file behind a transfer, where it is whole and still there. */
function fileOf(transfer: Transfer): ServedFile {
  const { fileName, mediaType, offer } = transfer;
  const path = pathOf(transfer);
  // A folder has no bytes of its own.
  if (offer.file.pack !== undefined) throw new ApiFault('transfer-not-possible', { state: transfer.state });
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) throw new ApiFault('file-gone', { path });
  return { path, fileName, ...(mediaType === undefined ? {} : { mediaType }) };
}

/** Where the file or folder of a transfer is, once it is whole. */
function pathOf({ path, state, offer }: Transfer): string {
  if (path === undefined || (!offer.own && state !== 'done')) {
    throw new ApiFault('transfer-not-possible', { state });
  }
  return path;
}

/** A folder, to be shown. One that a system would run (`.app`) is none to us. */
function folderOf(transfer: Transfer): string {
  const path = pathOf(transfer);
  if (isExecutableName(path)) throw new ApiFault('open-refused', { name: transfer.fileName });
  const isThere = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!isThere) throw new ApiFault('file-gone', { path });
  return path;
}

async function launched(launch: Promise<void>, name: string, path: string): Promise<Record<never, never>> {
  try {
    await launch;
    return {};
  } catch (error) {
    throw new ApiFault('open-failed', { name, path, detail: detailOf(error) });
  }
}
