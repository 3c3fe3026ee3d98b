/** How the state changes: a pure function of what the daemon said and what the user did. */
import type {
  TimelinePage,
  DaemonEvent,
  InterfaceInfo,
  MessageInfo,
  RoomInfo,
  Snapshot,
  TransferInfo,
} from '../../contract/api.ts';
import { NOTICES_MAX, TIMELINE_ENTRIES_MAX } from '../limits.ts';
import { withColoursOf } from './colours.ts';
import { withLogged } from './event-log.ts';
import { nextRate } from './rates.ts';
import { withCut, withJoined, withoutRoom, withRoom, withShown, withVerified } from './rooms.ts';
import type {
  AppState,
  Arrival,
  Connection,
  EmojiProgress,
  JoinProgress,
  MemberList,
  Composing,
  NoticeBody,
  OpenDialog,
  Upload,
} from './state.ts';
import { LOBBY } from './state.ts';
import { buildTimeline, hasEntry, messageEntry, transferEntry, withEntry } from './timeline.ts';
import type { TimelineEntry } from './timeline.ts';
import { withFocus, withNewerPage, withOlderPage, withStretch } from './pages.ts';
import { withoutTyping, withTyping } from './typing.ts';
import { withSeen, withUnread } from './unread.ts';

export type Action =
  | { readonly type: 'welcome'; readonly snapshot: Snapshot; readonly now: number }
  /** `now`: the page's monotonic clock. `at`: Unix milliseconds. */
  | { readonly type: 'event'; readonly event: DaemonEvent; readonly now: number; readonly at?: number }
  | { readonly type: 'connection'; readonly connection: Connection }
  | { readonly type: 'older' | 'newer'; readonly room: string; readonly page: TimelinePage }
  /** `id`: of the entry that the stretch is shown for; absent where it is the newest. */
  | { readonly type: 'stretch'; readonly room: string; readonly page: TimelinePage; readonly id?: string }
  | { readonly type: 'focus'; readonly room: string; readonly id: string }
  | { readonly type: 'focused' }
  | { readonly type: 'following'; readonly following: boolean }
  | { readonly type: 'composing'; readonly room: string; readonly composing: Composing | undefined }
  | { readonly type: 'room-shown'; readonly room: string }
  | { readonly type: 'room-known'; readonly info: RoomInfo }
  | { readonly type: 'visibility'; readonly visible: boolean }
  | { readonly type: 'dialog'; readonly dialog: OpenDialog | undefined }
  | { readonly type: 'joining'; readonly joining: JoinProgress | undefined }
  | { readonly type: 'emoji-forgotten'; readonly member: string }
  | { readonly type: 'upload-added'; readonly upload: Omit<Upload, 'key' | 'bytesDone' | 'started'> }
  | { readonly type: 'upload-progress'; readonly key: number; readonly bytesDone: number }
  | { readonly type: 'upload-ended'; readonly key: number }
  | { readonly type: 'notice'; readonly notice: NoticeBody }
  | { readonly type: 'notice-dismissed'; readonly key: number };

/** The state after `action`. */
export function reduce(state: AppState, action: Action): AppState {
  switch (action.type) {
    case 'welcome':
      return withSnapshot(state, action.snapshot, action.now);
    case 'event':
      return withEvent(withLogged(state, action.event, action.at ?? 0), action.event, action.now);
    case 'connection':
      return withConnection(state, action.connection);
    case 'older':
      return withOlderPage(state, action.room, action.page);
    case 'newer':
      return withNewerPage(state, action.room, action.page);
    case 'stretch':
      return withStretch(state, action.room, action.page, action.id);
    case 'focus':
      return withFocus(state, action.room, action.id);
    case 'focused':
      return { ...state, focus: undefined };
    case 'following':
      return withSeen({ ...state, following: action.following });
    case 'composing':
      return withComposing(state, action.room, action.composing);
    case 'room-shown':
      return withShown(state, action.room);
    case 'room-known':
      return withRoom(state, action.info);
    case 'visibility':
      return withSeen({ ...state, visible: action.visible });
    case 'dialog':
      return { ...state, dialog: action.dialog };
    case 'joining':
      return { ...state, joining: action.joining };
    case 'emoji-forgotten': {
      const { [action.member]: _over, ...emoji } = state.emoji;
      return { ...state, emoji };
    }
    case 'upload-added':
      return {
        ...state,
        uploads: [...state.uploads, { ...action.upload, key: state.nextKey, bytesDone: 0, started: false }],
        nextKey: state.nextKey + 1,
      };
    case 'upload-progress':
      return {
        ...state,
        uploads: state.uploads.map((upload) =>
          upload.key === action.key ? { ...upload, bytesDone: action.bytesDone, started: true } : upload,
        ),
      };
    case 'upload-ended':
      return { ...state, uploads: state.uploads.filter((upload) => upload.key !== action.key) };
    case 'notice':
      return withNotice(state, action.notice);
    case 'notice-dismissed':
      return { ...state, notices: state.notices.filter((notice) => notice.key !== action.key) };
  }
}

/** After `stopping`, the loss of the connection is no news. */
function withConnection(state: AppState, connection: Connection): AppState {
  if (state.connection === 'stopped' && (connection === 'lost' || connection === 'connecting')) return state;
  return { ...state, connection };
}

function withSnapshot(state: AppState, snapshot: Snapshot, now: number): AppState {
  const members: Record<string, MemberList> = {};
  for (const [room, list] of Object.entries(snapshot.members))
    members[room] = { members: list, receivedAt: now };
  const timelines: Record<string, readonly TimelineEntry[]> = {};
  for (const { room } of snapshot.rooms) {
    timelines[room] = buildTimeline(
      snapshot.messages.filter((message) => message.room === room),
      snapshot.transfers.filter((transfer) => transfer.room === room),
      TIMELINE_ENTRIES_MAX,
    );
  }
  const unread = Object.fromEntries(
    snapshot.rooms.flatMap((info) => (info.unread > 0 ? [[info.room, info.unread] as const] : [])),
  );
  return withSeen({
    ...state,
    connection: 'open',
    self: snapshot.self,
    settings: snapshot.settings,
    rooms: snapshot.rooms,
    offers: snapshot.offers,
    room: roomToShow(state, snapshot.rooms),
    members,
    colours: withColoursOf(snapshot.colours, [
      ownColour(snapshot.self),
      ...Object.values(snapshot.members).flat(),
    ]),
    timelines,
    // What was loaded before may have a gap to what is here now.
    older: {},
    newer: {},
    stretch: state.stretch + 1,
    following: true,
    unread,
    readMarks: snapshot.readMarks,
    typing: {},
    interfaces: snapshot.interfaces,
    networkNone: false,
    downloads: snapshot.downloads,
    profile: snapshot.profile,
    version: snapshot.version,
  });
}

function isLonely(interfaces: readonly InterfaceInfo[]): boolean {
  return interfaces.every((present) => present.loopback);
}

/** The one shown before, if it still is there; else the lobby. */
function roomToShow(state: AppState, rooms: readonly RoomInfo[]): string {
  return rooms.some((info) => info.room === state.room) ? state.room : LOBBY;
}

function withEvent(state: AppState, event: DaemonEvent, now: number): AppState {
  switch (event.type) {
    case 'message':
      return withMessage(state, event);
    case 'message-changed':
      return withChanged(state, event.message);
    case 'transfer-state':
      return withTransfer(state, event.transfer, now);
    case 'transfer-asked-again':
      return withAskedAgain(state, event);
    case 'members':
      return withMembers(state, event.room, { members: event.members, receivedAt: now });
    case 'member-joined':
      return withArrival(state, { room: event.room, name: event.member.name, how: 'joined' });
    case 'member-left': {
      const how = event.reason === 'quit' ? 'left' : event.reason;
      return withArrival(state, { room: event.room, name: event.member.name, how });
    }
    case 'room-joined':
      return withJoined(state, event.info);
    case 'room-quit':
    case 'room-changed':
    case 'room-closed':
      return withRoom(state, event.info);
    case 'room-forgotten':
      return withoutRoom(state, event.room);
    case 'member-declined':
      return withNotice(state, { kind: 'declined', member: event.member, room: event.room });
    case 'room-offered': {
      const others = state.offers.filter(({ id }) => id !== event.id);
      return { ...state, offers: [...others, event] };
    }
    case 'room-offer-ended':
      return { ...state, offers: state.offers.filter(({ id }) => id !== event.id) };
    case 'verified-changed':
      return withVerified(state, event.member.id, event.verified);
    case 'messages-hidden':
      return withCut(state, event);
    case 'read-marks':
      return { ...state, readMarks: { ...state.readMarks, [event.room]: event.marks } };
    case 'typing':
      return withTyping(state, event.room, event.member, now);
    case 'invite-progress':
      return { ...state, joining: event };
    case 'emoji':
      return withEmoji(state, event);
    case 'identity-warning':
      return withNotice(state, { kind: 'warning', member: event.member, warning: event.warning });
    case 'self':
      return withSelf(state, event);
    case 'settings':
      return { ...state, settings: event.settings };
    case 'downloads':
      return { ...state, downloads: event.downloads };
    case 'network':
      return {
        ...state,
        interfaces: event.interfaces,
        networkNone: state.networkNone && isLonely(event.interfaces),
      };
    case 'problem':
      // This one lasts, so it is a banner, not a notice to dismiss.
      if (event.code === 'network-loopback-only') return { ...state, networkNone: true };
      return withNotice(state, {
        kind: 'problem',
        code: event.code,
        message: event.message,
        values: event.values ?? {},
      });
    case 'stopping':
      return { ...state, connection: 'stopped' };
    default:
      // What `transfer-state` and `members` carry whole is not computed from the smaller events.
      return state;
  }
}

function withMessage(state: AppState, message: MessageInfo): AppState {
  const { room, from } = message;
  return withTimelineEntry(withoutTyping(state, room, from.id), room, messageEntry(message));
}

/** Of what is not here the change comes with its page. */
function withChanged(state: AppState, message: MessageInfo): AppState {
  const entry = messageEntry(message);
  const here = hasEntry(state.timelines[message.room] ?? [], entry);
  return here ? withTimelineEntry(state, message.room, entry) : state;
}

function withComposing(state: AppState, room: string, composing: Composing | undefined): AppState {
  const { [room]: _former, ...others } = state.composing;
  return { ...state, composing: composing === undefined ? others : { ...others, [room]: composing } };
}

function withTransfer(state: AppState, transfer: TransferInfo, now: number): AppState {
  const { [transfer.transfer]: before, ...others } = state.rates;
  const moves = transfer.state === 'running';
  const rates = moves ? { ...others, [transfer.transfer]: nextRate(before, transfer, now) } : others;
  const notices = state.notices.filter(
    (notice) =>
      notice.kind !== 'asked-again' || notice.transfer !== transfer.transfer || transfer.state === 'asking',
  );
  return withTimelineEntry({ ...state, rates, notices }, transfer.room, transferEntry(transfer));
}

/** Its entry may be far up the timeline. */
function withAskedAgain(
  state: AppState,
  { own, from, transfer, file }: Extract<DaemonEvent, { type: 'transfer-asked-again' }>,
): AppState {
  return own ? state : withNotice(state, { kind: 'asked-again', member: from, transfer, file: file.name });
}

function withTimelineEntry(state: AppState, room: string, entry: TimelineEntry): AppState {
  const before = state.timelines[room] ?? [];
  const isNew = !hasEntry(before, entry);
  // Behind a stretch of long ago it would stand beside what is not next to it.
  if (isNew && state.newer[room] !== undefined) return withUnread(state, room, entry, isNew);
  const timeline = withEntry(before, entry, TIMELINE_ENTRIES_MAX);
  return withUnread({ ...state, timelines: { ...state.timelines, [room]: timeline } }, room, entry, isNew);
}

/** A list that was on its way while the room was quit must not fill the emptied one again. */
function withMembers(state: AppState, room: string, list: MemberList): AppState {
  const joined = state.rooms.some((info) => info.room === room && info.joined);
  if (!joined) return state;
  const colours = withColoursOf(state.colours, list.members);
  return { ...state, colours, members: { ...state.members, [room]: list } };
}

/** The own row is renamed at once, not only with the next list. */
function withSelf(state: AppState, self: Snapshot['self']): AppState {
  const renamed = (list: MemberList): MemberList => ({
    ...list,
    members: list.members.map((member) => (member.self ? { ...member, name: self.name } : member)),
  });
  const lists = Object.entries(state.members).map(([room, list]) => [room, renamed(list)] as const);
  const colours = withColoursOf(state.colours, [ownColour(self)]);
  return { ...state, self: selfOf(self), colours, members: Object.fromEntries(lists) };
}

function selfOf({ id, name, named, colour }: Snapshot['self']): Snapshot['self'] {
  return { id, name, named, ...(colour !== undefined && { colour }) };
}

const ownColour = ({ id, colour }: Snapshot['self']) => ({
  id,
  present: true,
  ...(colour !== undefined && { colour }),
});

function withArrival(state: AppState, arrival: Omit<Arrival, 'key'>): AppState {
  if (arrival.room !== state.room) return state;
  return { ...state, arrival: { ...arrival, key: state.nextKey }, nextKey: state.nextKey + 1 };
}

/** Being asked opens no dialog over what the user is doing: a notice offers it. */
function withEmoji(state: AppState, event: Extract<DaemonEvent, { type: 'emoji' }>): AppState {
  const { member, stage, emoji, reason } = event;
  const progress: EmojiProgress = {
    stage,
    ...(emoji !== undefined && { emoji }),
    ...(reason !== undefined && { reason }),
  };
  const told = { ...state, emoji: { ...state.emoji, [member.id]: progress } };
  const about = told.notices.filter(
    (notice) => notice.kind !== 'emoji-asked' || notice.member.id !== member.id,
  );
  const settled = { ...told, notices: about };
  const looking = state.dialog?.kind === 'verify' && state.dialog.member.id === member.id;
  return stage === 'asked' && !looking ? withNotice(settled, { kind: 'emoji-asked', member }) : settled;
}

function withNotice(state: AppState, notice: NoticeBody): AppState {
  // The same again is the same notice, moved to the end; a failing disk must not fill the screen.
  const others = state.notices.filter((present) => !isSameNotice(present, notice));
  return {
    ...state,
    notices: [...others, { ...notice, key: state.nextKey }].slice(-NOTICES_MAX),
    nextKey: state.nextKey + 1,
  };
}

function isSameNotice(a: NoticeBody, b: NoticeBody): boolean {
  if (a.kind === 'problem') return b.kind === 'problem' && a.code === b.code && a.about?.act === b.about?.act;
  if (a.kind === 'asked-again') return b.kind === 'asked-again' && a.transfer === b.transfer;
  if (a.kind === 'declined' && (b.kind !== 'declined' || a.room !== b.room)) return false;
  return a.kind !== 'muted' && a.kind === b.kind && a.member.id === b.member.id;
}
