/** Puts the use cases together and hands them what the engine reports. */
import type { PeerEvent } from '../core/api.ts';
import type { Store } from '../store/store.ts';
import type { UseCases } from './api.ts';
import type { DaemonOptions } from './daemon.ts';
import type { EngineLink } from './engine-link.ts';
import type { Events } from './events.ts';
import { ApiFault } from './fault.ts';
import { MEMBERS_REFRESH_MS } from './limits.ts';
import { Members } from './members.ts';
import { Messages } from './messages.ts';
import { OwnLog } from './own-log.ts';
import { Rooms } from './rooms.ts';
import type { Settings } from './settings.ts';
import { Sources } from './sources.ts';
import { Transfers } from './transfers.ts';
import { VERSION } from './version.ts';

export interface WiringContext {
  readonly options: DaemonOptions;
  readonly store: Store;
  readonly events: Events;
  readonly link: EngineLink;
  readonly settings: Settings;
  readonly downloads: string;
}

export interface Wiring extends Omit<UseCases, 'stop' | 'ticketUrl'> {
  /** Keeps "last heard" moving while `wanted`. */
  startRefresh(wanted: () => boolean): void;
  close(): void;
}

export function wire({ options, store, events, link, settings, downloads }: WiringContext): Wiring {
  const post = link.post.bind(link);
  const rooms = new Rooms({ store, events, post, catchUp: options.catchUp });
  const members = new Members({
    store,
    events,
    rooms,
    settings,
    questions: link.questions,
    post,
    ownAddress: () => link.ownAddress,
  });
  const ownLog = new OwnLog(store, events, post);
  const messages = new Messages({ events, rooms, members, ownLog });
  const sources = new Sources(ownLog);
  const { receives } = options;
  const transfers = new Transfers({ store, events, rooms, members, sources, post, downloads, receives });
  const uses = { rooms, members, messages, transfers, sources, ownLog };

  link.onRefusedCommand = (token, detail) =>
    ownLog.refuse(token, new ApiFault('command-refused', { command: 'say', detail }));
  link.onNews = (news) => {
    if (news.type === 'core') routeCoreEvent(news.event, uses);
    else if (news.type === 'file-saved') transfers.onSaved(news);
    else sources.onRefused(news);
  };
  let refresh: NodeJS.Timeout | undefined;
  return {
    ...uses,
    events,
    settings,
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
    },
  };
}

interface Listeners {
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
      // What is for the disk is served in the worker.
      return undefined;
  }
}
