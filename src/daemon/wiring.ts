/** Puts the use cases together and hands them what the engine reports. */
import { existsSync } from 'node:fs';
import type { RoomId } from '../base/ids.ts';
import type { TransferInfo } from '../contract/api.ts';
import type { CryptoPort, PeerEvent } from '../core/api.ts';
import type { Kept } from '../store/history/entries.ts';
import type { Store } from '../store/store.ts';
import type { UseCases } from './api.ts';
import { ClassicFiles } from './classic/classic-files.ts';
import { Classic } from './classic/classic.ts';
import type { ClassicContext } from './classic/classic.ts';
import { Commands } from './commands.ts';
import type { DaemonOptions } from './daemon.ts';
import type { Downloads } from './downloads.ts';
import type { EngineLink } from './engine-link.ts';
import type { EngineNews } from './engine-link.ts';
import { DirectRooms } from './direct-rooms.ts';
import { Doctor } from './doctor/doctor.ts';
import { PassphraseCare } from './passphrase.ts';
import type { Events } from './events.ts';
import { ApiFault } from './fault.ts';
import { FileRuleBook } from './file-rules.ts';
import { HistoryLog } from './history-log.ts';
import { Invites } from './invites.ts';
import { KeptRooms } from './kept-rooms.ts';
import { MEMBERS_REFRESH_MS } from './limits.ts';
import { Members } from './members.ts';
import { Messages } from './messages.ts';
import { Offers } from './offers.ts';
import { OwnLog } from './own-log.ts';
import { Peers } from './peers.ts';
import { People } from './people.ts';
import { PrivateLog } from './private-log.ts';
import { PrivateRooms } from './private-rooms.ts';
import { Rooms } from './rooms.ts';
import type { Settings } from './settings.ts';
import { Sources } from './sources.ts';
import { tidySpool } from './spool.ts';
import { Timeline } from './timeline.ts';
import { TransferBook } from './transfer-book.ts';
import { TransferDecisions } from './transfer-decisions.ts';
import { TransferKeeper } from './transfer-keeper.ts';
import { mayHavePart } from './transfer-model.ts';
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
  readonly downloads: Downloads;
  readonly crypto: CryptoPort;
}

export interface Wiring extends Omit<UseCases, 'stop' | 'ticketUrl' | 'fileUrl'> {
  /** After the engine: what it reported last is kept. */
  end(): void;
  /** Keeps "last heard" moving while `wanted`. */
  startRefresh(wanted: () => boolean): void;
  close(): void;
}

export function wire({ options, store, events, link, settings, downloads, crypto }: WiringContext): Wiring {
  const post = link.post.bind(link);
  const tokens = new Tokens();
  const commands = new Commands(tokens, post);
  const { receives, catchUp, language } = options;
  const groups = { groupRange: settings.network.active.groupRange };
  const rooms = new Rooms({ store, events, selfId: settings.id, post, catchUp, receives, ...groups });
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
    classicMembers: (): ReturnType<Classic['members']> => uses.classic.members(),
  });
  const shared = { options, store, events, settings, crypto, post };
  const { timeline, historyLog } = wireHistory(shared, {
    rooms,
    members,
    transferOf: (id) => transfers.infoOf(id),
    onLines: (ids) => privateParts.directs.onLines(ids),
  });
  const ownLog = new OwnLog(store, (own) => historyLog.keepOwn(own), events, tokens, post);
  const messages = new Messages({ store, events, rooms, members, ownLog, timeline, tokens, post });
  const sources = new Sources(ownLog, () => settings.megabitsPerSecond);
  const rules = new FileRuleBook({ store, events, rooms, members, people, now: Date.now });
  const transfers: Transfers = wireTransfers(shared, { rooms, members, sources, rules, downloads });
  const privateParts = wirePrivate(shared, { rooms, members, people, commands });
  const networkParts = wireNetwork({ ...shared, link, rooms, messages, members, tokens, language });
  const talk = { rooms, members, messages, people, ...networkParts, ...privateParts };
  const uses = { ...talk, timeline, transfers, rules, sources };

  link.onRefusedCommand = (token, command, detail) => {
    const fault = new ApiFault('command-refused', { command, detail });
    ownLog.refuse(token, fault);
    commands.refuse(token, fault);
  };
  link.onNews = (news) => routeNews(news, { ...uses, events, ownLog, historyLog, commands });
  let refresh: NodeJS.Timeout | undefined;
  return {
    ...uses,
    events,
    settings,
    downloads,
    crypto,
    post,
    surroundings: () => ({
      downloads: downloads.path,
      profile: options.profile.folder,
      interfaces: link.interfaces,
      version: VERSION,
    }),
    startRefresh: (wanted) => {
      refresh = setInterval(() => wanted() && members.refresh(), MEMBERS_REFRESH_MS);
    },
    end: () => {
      ownLog.end();
      historyLog.close();
      transfers.close();
    },
    close: () => {
      clearInterval(refresh);
      const parts = [members, uses.classic, ownLog, timeline, commands, people, privateParts.privateLog];
      for (const part of parts) part.close();
    },
  };
}

function routeFileNews(
  news: Exclude<EngineNews, { type: 'core' | 'classic' }>,
  transfers: Transfers,
  sources: Sources,
): void {
  switch (news.type) {
    case 'file-saved':
      return transfers.onSaved(news);
    case 'blocks-durable':
      return transfers.onBlocksDurable(news);
    case 'part-checked':
      return transfers.onPartChecked(news);
    case 'restore-refused':
      return transfers.decisions.onRestoreRefused(news);
    case 'source-opened':
      return sources.onOpened(news);
    case 'offer-refused':
      return sources.onRefused(news);
  }
}

interface TransferNeeds {
  readonly rooms: Rooms;
  readonly members: Members;
  readonly sources: Sources;
  readonly rules: FileRuleBook;
  readonly downloads: Downloads;
}

function wireTransfers({ options, store, events, crypto, post }: Shared, needs: TransferNeeds): Transfers {
  const { sources, downloads } = needs;
  const now = Date.now;
  const keeper = new TransferKeeper(store, events);
  const kept = keeper.load(now(), existsSync);
  tidySpool(options.profile.spool, kept, now());
  const book = new TransferBook(
    {
      ...needs,
      events,
      keeper,
      now,
      onDropped: (transfer) => {
        const { id, offer, folder = downloads.path, spool } = transfer;
        if (offer.own) sources.release(id, spool);
        else if (mayHavePart(transfer)) post({ type: 'remove-part', transfer: id, folder });
      },
    },
    kept,
  );
  const { receives } = options;
  const decisions = new TransferDecisions({ ...needs, store, events, book, keeper, post, receives, now });
  return new Transfers({ ...needs, store, events, crypto, book, keeper, decisions, post, now });
}

type NetworkNeeds = Pick<
  ClassicContext,
  'events' | 'settings' | 'rooms' | 'messages' | 'members' | 'tokens'
> & {
  readonly link: EngineLink;
  readonly language: DaemonOptions['language'];
  readonly store: Store;
};

function wireNetwork({ link, ...needs }: NetworkNeeds) {
  const post = link.post.bind(link);
  const classicFiles = new ClassicFiles({ ...needs, post });
  const { questions } = link;
  const ownAddress = (): string => link.ownAddress;
  const { language, rooms, settings, store } = needs;
  return {
    peers: new Peers({ store, post }),
    doctor: new Doctor({ rooms, settings, questions, language }),
    questions,
    passphrase: new PassphraseCare(store),
    classicFiles,
    classic: new Classic({ ...needs, questions, files: classicFiles, post, ownAddress }),
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
  const shared = { store, events, ...needs, post };
  const kept = new KeptRooms(shared);
  const directs = new DirectRooms({ ...shared, selfId: settings.id }, kept);
  const privateRooms = new PrivateRooms({ ...shared, kept, directs });
  const rowOf = privateRooms.rowOf.bind(privateRooms);
  const historyOf = needs.rooms.history.bind(needs.rooms);
  const { publicKey } = store.identity;
  return {
    privateRooms,
    directs,
    offers: new Offers({ store, events, commands, people, rooms: needs.rooms, privateRooms, post }),
    privateLog: new PrivateLog({ store, events, commands, post, rowOf, historyOf }),
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

interface HistoryNeeds {
  readonly rooms: Rooms;
  readonly members: Members;
  readonly transferOf: (id: string) => TransferInfo | undefined;
  /** Something was said in these rooms; before clients hear of it. */
  readonly onLines: (ids: ReadonlySet<RoomId>) => void;
}

function wireHistory(
  { store, events, settings, crypto, post }: Omit<Shared, 'options'>,
  needs: HistoryNeeds,
) {
  const { rooms, members, transferOf, onLines } = needs;
  const self = { id: settings.id, name: settings.name };
  const timeline = new Timeline({
    store,
    events,
    rooms,
    selfId: settings.id,
    transfer: transferOf,
    authorOf: (text) => members.resolve([self, ...store.known.list()], text, '').id,
    now: Date.now,
  });
  const onKept = (kept: Kept): void => {
    onLines(new Set(kept.added.map(({ room }) => room)));
    timeline.onKept(kept);
  };
  const historyLog = new HistoryLog({ store, events, crypto, selfId: settings.id, post, onKept });
  return { timeline, historyLog };
}

interface Listeners {
  readonly events: Events;
  readonly commands: Commands;
  readonly privateRooms: PrivateRooms;
  readonly privateLog: PrivateLog;
  readonly invites: Invites;
  readonly offers: Offers;
  readonly verification: Verification;
  readonly rooms: Rooms;
  readonly members: Members;
  readonly messages: Messages;
  readonly transfers: Transfers;
  readonly sources: Sources;
  readonly ownLog: OwnLog;
  readonly historyLog: HistoryLog;
  readonly timeline: Timeline;
}

function routeNews(news: EngineNews, to: Listeners & { readonly classic: Classic }): void {
  if (news.type === 'core') routeCoreEvent(news.event, to);
  else if (news.type === 'classic') to.classic.onEvent(news.event);
  else routeFileNews(news, to.transfers, to.sources);
}

function routeCoreEvent(event: PeerEvent, to: Listeners): void {
  switch (event.type) {
    case 'room-joined':
      to.privateRooms.onJoined(event.room);
      to.offers.onJoined(event.room);
      to.rooms.onJoined(event.room);
      return to.transfers.onRoomJoined(event.room);
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
      to.transfers.onOwnRecord(event);
      return to.ownLog.onStoreRecord(event);
    case 'keep-record':
      return to.historyLog.onKeepRecord(event);
    case 'read-records':
      return to.historyLog.onReadRecords(event);
    case 'typing':
      return to.messages.onTyping(event);
    // Shown when their records are kept.
    case 'message':
    case 'annotation':
      return undefined;
    case 'receipt':
      return to.messages.onReceipt(event);
    case 'transfer-offered':
      return to.transfers.onOffered(event);
    case 'store-page':
      return to.transfers.onPage(event);
    case 'transfer-accepted':
    case 'transfer-asked':
    case 'transfer-paused':
    case 'transfer-progress':
    case 'transfer-waiting':
    case 'transfer-safety':
    case 'transfer-cost':
    case 'transfer-done':
    case 'transfer-failed':
      return to.transfers.onEvent(event);
    case 'transfer-asked-again':
      return to.transfers.onAskedAgain(event);
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
    case 'room-offered':
      return to.offers.onOffered(event);
    case 'decline-told':
      return to.offers.onDeclineTold(event.room, event.to);
    case 'member-declined':
      return to.privateRooms.onDeclined(event.room, event.member);
    case 'command-done':
      return to.commands.onDone(event.token, event.room);
    case 'command-failed':
      return to.commands.onFailed(event.token, event.reason);
    case 'invite-progress':
      return to.invites.onProgress(event);
    case 'messages-cut':
      return to.timeline.onCut(event.room, event.member, event.above);
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
