/** Puts the use cases together and hands them what the engine reports. */
import type { CryptoPort, PeerEvent } from '../core/api.ts';
import type { Store } from '../store/store.ts';
import type { UseCases } from './api.ts';
import { Commands } from './commands.ts';
import type { DaemonOptions } from './daemon.ts';
import type { EngineLink } from './engine-link.ts';
import type { Events } from './events.ts';
import { ApiFault } from './fault.ts';
import { Invites } from './invites.ts';
import { MEMBERS_REFRESH_MS } from './limits.ts';
import { Members } from './members.ts';
import { Messages } from './messages.ts';
import { OwnLog } from './own-log.ts';
import { People } from './people.ts';
import { PrivateLog } from './private-log.ts';
import { PrivateRooms } from './private-rooms.ts';
import { Rooms } from './rooms.ts';
import type { Settings } from './settings.ts';
import { Sources } from './sources.ts';
import { Transfers } from './transfers.ts';
import { Tokens } from './tokens.ts';
import { Verification } from './verification.ts';
import { VERSION } from './version.ts';

export interface WiringContext {
  readonly options: DaemonOptions;
  readonly store: Store;
  readonly events: Events;
  readonly link: EngineLink;
  readonly settings: Settings;
  readonly downloads: string;
  readonly crypto: CryptoPort;
}

export interface Wiring extends Omit<UseCases, 'stop' | 'ticketUrl'> {
  /** Keeps "last heard" moving while `wanted`. */
  startRefresh(wanted: () => boolean): void;
  close(): void;
}

export function wire({ options, store, events, link, settings, downloads, crypto }: WiringContext): Wiring {
  const post = link.post.bind(link);
  const tokens = new Tokens();
  const commands = new Commands(tokens, post);
  const rooms = new Rooms({ store, events, selfId: settings.id, post, catchUp: options.catchUp });
  const people: People = new People({
    store,
    events,
    self: () => settings.self(),
    isPresent: (id) => members.isPresent(id),
    now: Date.now,
  });
  const members: Members = new Members({
    store,
    events,
    rooms,
    settings,
    people,
    questions: link.questions,
    post,
    ownAddress: () => link.ownAddress,
  });
  const ownLog = new OwnLog(store, events, tokens, post);
  const messages = new Messages({ events, rooms, members, ownLog });
  const sources = new Sources(ownLog);
  const { receives } = options;
  const transfers = new Transfers({ store, events, rooms, members, sources, post, downloads, receives });
  const privateParts = wirePrivate(
    { options, store, events, settings, crypto, post },
    { rooms, members, people, commands },
  );
  const uses = { rooms, members, messages, transfers, sources, people, ...privateParts };

  link.onRefusedCommand = (token, command, detail) => {
    const fault = new ApiFault('command-refused', { command, detail });
    ownLog.refuse(token, fault);
    commands.refuse(token, fault);
  };
  link.onNews = (news) => {
    if (news.type === 'core') routeCoreEvent(news.event, { ...uses, events, ownLog, commands });
    else if (news.type === 'file-saved') transfers.onSaved(news);
    else sources.onRefused(news);
  };
  let refresh: NodeJS.Timeout | undefined;
  return {
    ...uses,
    events,
    settings,
    crypto,
    post,
    surroundings: () => ({
      downloads,
      profile: options.profile.folder,
      interfaces: link.interfaces,
      version: VERSION,
    }),
    startRefresh: (wanted) => {
      refresh = setInterval(() => wanted() && members.refresh(), MEMBERS_REFRESH_MS);
    },
    close: () => {
      clearInterval(refresh);
      members.close();
      transfers.close();
      ownLog.close();
      commands.close();
      people.close();
      privateParts.privateLog.close();
    },
  };
}

type Shared = Pick<WiringContext, 'options' | 'store' | 'events' | 'settings' | 'crypto'> & {
  readonly post: EngineLink['post'];
};
interface PrivateNeeds {
  readonly rooms: Rooms;
  readonly members: Members;
  readonly people: People;
  readonly commands: Commands;
}

function wirePrivate({ options, store, events, settings, crypto, post }: Shared, needs: PrivateNeeds) {
  const { members, people, commands } = needs;
  const privateRooms = new PrivateRooms({ store, events, ...needs, selfId: settings.id, post });
  const rowOf = privateRooms.rowOf.bind(privateRooms);
  const { publicKey } = store.identity;
  return {
    privateRooms,
    privateLog: new PrivateLog({ store, events, commands, post, rowOf }),
    invites: new Invites({ crypto, events, commands, privateRooms, post }),
    verification: new Verification({
      crypto,
      events,
      members,
      people,
      publicKey,
      language: options.language,
      post,
    }),
  };
}

interface Listeners {
  readonly events: Events;
  readonly commands: Commands;
  readonly privateRooms: PrivateRooms;
  readonly privateLog: PrivateLog;
  readonly invites: Invites;
  readonly verification: Verification;
  readonly rooms: Rooms;
  readonly members: Members;
  readonly messages: Messages;
  readonly transfers: Transfers;
  readonly sources: Sources;
  readonly ownLog: OwnLog;
}

function routeCoreEvent(event: PeerEvent, to: Listeners): void {
  switch (event.type) {
    case 'room-joined':
      to.privateRooms.onJoined(event.room);
      return to.rooms.onJoined(event.room);
    case 'room-quit':
      to.transfers.onRoomQuit(event.room);
      return to.rooms.onQuit(event.room);
    case 'member-left':
      to.transfers.onMemberLeft(event.room, event.member.id, event.reason);
      return to.members.onEvent(event);
    case 'member-joined':
    case 'member-away':
    case 'member-back':
    case 'member-renamed':
    case 'member-removed':
    case 'member-restored':
      return to.members.onEvent(event);
    case 'store-record':
      to.sources.onStoreRecord(event.token, event.id);
      return to.ownLog.onStoreRecord(event);
    case 'message':
      return to.messages.onMessage(event);
    case 'receipt':
      return to.messages.onReceipt(event);
    case 'transfer-offered':
      return to.transfers.onOffered(event);
    case 'transfer-accepted':
    case 'transfer-progress':
    case 'transfer-done':
    case 'transfer-failed':
      return to.transfers.onEvent(event);
    default:
      return routePrivateEvent(event, to);
  }
}

function routePrivateEvent(event: PeerEvent, to: Listeners): void {
  switch (event.type) {
    case 'store-private':
      return to.privateLog.onStorePrivate(event);
    case 'room-changed':
      return to.privateRooms.onChanged(event.room, event.view);
    case 'room-closed':
      to.transfers.onRoomQuit(event.room);
      return to.privateRooms.onClosed(event.room, event.reason, event.by);
    case 'command-done':
      return to.commands.onDone(event.token, event.room);
    case 'command-failed':
      return to.commands.onFailed(event.token, event.reason);
    case 'invite-progress':
      return to.invites.onProgress(event);
    case 'messages-cut':
      return to.messages.onCut(event);
    case 'member-forked': {
      const member = to.members.view(event.room, event.member)?.name ?? event.member.slice(0, 8);
      return void to.events.problem('member-forked', { member, room: to.rooms.label(event.room) });
    }
    case 'emoji':
      return to.verification.onEmoji(event);
    default:
      // What is for the disk is served in the worker.
      return undefined;
  }
}
