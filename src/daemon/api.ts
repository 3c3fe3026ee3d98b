/** The methods of the local API, each handed to its use case. */
import { rmSync, statSync } from 'node:fs';
import type { Method, Params, Request, Results, Snapshot } from '../contract/api.ts';
import type { EngineCommand } from '../io/engine-messages.ts';
import type { Events } from './events.ts';
import { isExecutable } from './executable.ts';
import { ApiFault, detailOf } from './fault.ts';
import { SNAPSHOT_MESSAGES_BYTES_MAX, SNAPSHOT_MESSAGES_MAX } from './limits.ts';
import type { Members } from './members.ts';
import type { Messages } from './messages.ts';
import { openFile, openFolderOf } from './opener.ts';
import type { Rooms } from './rooms.ts';
import { roomIdOf } from './rooms.ts';
import type { Settings } from './settings.ts';
import type { Sources } from './sources.ts';
import type { Transfer } from './transfer-model.ts';
import type { Transfers } from './transfers.ts';

export interface UseCases {
  readonly events: Events;
  readonly rooms: Rooms;
  readonly members: Members;
  readonly messages: Messages;
  readonly transfers: Transfers;
  readonly sources: Sources;
  readonly settings: Settings;
  readonly post: (command: EngineCommand) => void;
  readonly surroundings: () => Pick<Snapshot, 'downloads' | 'profile' | 'interfaces' | 'version'>;
  /** An address of the page with a fresh ticket. */
  readonly ticketUrl: () => string;
  /** Ends the daemon soon, after the answer has left. */
  readonly stop: () => void;
}

type Handlers = { readonly [M in Method]: (params: Params<M>) => Results[M] | Promise<Results[M]> };

const MESSAGES_DEFAULT = 1000;

export class Api {
  readonly #uses: UseCases;
  readonly #handlers: Handlers;

  constructor(uses: UseCases) {
    this.#uses = uses;
    this.#handlers = {
      ...roomHandlers(uses),
      ...fileHandlers(uses),
      ...selfHandlers(uses, this),
      ...laterHandlers,
    };
  }

  /** The result, or an ApiFault. */
  async call<M extends Method>(request: Request<M>): Promise<Results[M]> {
    const handler = this.#handlers[request.method] as (params: Params<M>) => Results[M] | Promise<Results[M]>;
    return handler(request.params);
  }

  async snapshot(): Promise<Snapshot> {
    const { rooms, members, messages, transfers, settings, surroundings } = this.#uses;
    const lists = await Promise.all(
      rooms.activeIds().map(async (id) => [rooms.label(id), await members.list(id)] as const),
    );
    return {
      self: settings.self(),
      settings: settings.looks(),
      members: Object.fromEntries(lists),
      rooms: rooms.list(),
      messages: rooms
        .list()
        .flatMap(({ room }) =>
          messages.newest(roomIdOf(room), SNAPSHOT_MESSAGES_MAX, SNAPSHOT_MESSAGES_BYTES_MAX),
        ),
      transfers: transfers.list(),
      ...surroundings(),
    };
  }

  async offerUpload(
    room: string,
    path: string,
    upload: { name: string; spool: string },
  ): Promise<Results['send-path']> {
    try {
      return await this.#uses.sources.offer(this.#uses.rooms.activeId(room), path, { upload });
    } catch (error) {
      rmSync(upload.spool, { recursive: true, force: true });
      throw error;
    }
  }

  transfer(id: string): Transfer {
    return this.#uses.transfers.get(id);
  }

  /** Before an upload begins: refuses a room that is not open. */
  checkRoom(room: string): void {
    this.#uses.rooms.activeId(room);
  }
}

function roomHandlers({ rooms, members, messages, post }: UseCases) {
  return {
    join: ({ room, remember }: Params<'join'>) => rooms.join(room, remember),
    quit: ({ room }: Params<'quit'>) => {
      const info = rooms.quit(room);
      members.clear(roomIdOf(info.room));
      return info;
    },
    say: ({ room, text }: Params<'say'>) => messages.say(rooms.activeId(room), text),
    members: ({ room }: Params<'members'>) => members.list(roomIdOf(room)),
    messages: ({ room, limit }: Params<'messages'>) =>
      messages.newest(roomIdOf(room), limit ?? MESSAGES_DEFAULT),
    probe: ({ room }: Params<'probe'>) => {
      post({ type: 'probe', room: rooms.activeId(room) });
      return {};
    },
    remove: ({ room, member }: Params<'remove'>) => members.remove(rooms.activeId(room), member),
    restore: ({ room, member }: Params<'restore'>) => members.restore(rooms.activeId(room), member),
  };
}

function fileHandlers({ rooms, transfers, sources }: UseCases) {
  return {
    transfers: ({ room }: Params<'transfers'>) =>
      transfers.list(room === undefined ? undefined : roomIdOf(room)),
    'send-path': ({ room, path, rate }: Params<'send-path'>) =>
      sources.offer(rooms.activeId(room), path, { megabitsPerSecondMax: rate }),
    accept: ({ transfer }: Params<'accept'>) => {
      transfers.accept(transfer);
      return {};
    },
    decline: ({ transfer }: Params<'decline'>) => {
      transfers.decline(transfer);
      return {};
    },
    cancel: ({ transfer }: Params<'cancel'>) => {
      transfers.cancel(transfer);
      return {};
    },
    open: async ({ transfer }: Params<'open'>) => {
      const { path, fileName } = fileOf(transfers.get(transfer));
      if (isExecutable(path)) throw new ApiFault('open-refused', { name: fileName });
      return launched(openFile(path), fileName, path);
    },
    'show-in-folder': async ({ transfer }: Params<'show-in-folder'>) => {
      const { path, fileName } = fileOf(transfers.get(transfer));
      return launched(openFolderOf(path), fileName, path);
    },
  };
}

const later = (): never => {
  throw new ApiFault('bad-request', { detail: 'not yet' });
};
const laterHandlers = {
  'cancel-join': later,
  create: later,
  leave: later,
  forget: later,
  direct: later,
  invite: later,
  add: later,
  'set-role': later,
  'set-room': later,
  verification: later,
  'set-verified': later,
  emoji: later,
  'known-members': later,
};

function selfHandlers({ settings, ticketUrl, stop }: UseCases, api: Api) {
  return {
    snapshot: () => api.snapshot(),
    'set-name': ({ name }: Params<'set-name'>) => settings.setName(name),
    'set-settings': (change: Params<'set-settings'>) => settings.setLooks(change),
    ticket: () => ({ url: ticketUrl() }),
    stop: () => {
      stop();
      return {};
    },
  };
}

/** The file behind a transfer, where it is whole and still there. */
export function fileOf(transfer: Transfer): { path: string; fileName: string; mediaType?: string } {
  const { path, fileName, mediaType, state, offer } = transfer;
  if (path === undefined || (!offer.own && state !== 'done')) {
    throw new ApiFault('transfer-not-possible', { state });
  }
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) throw new ApiFault('file-gone', { path });
  return { path, fileName, ...(mediaType === undefined ? {} : { mediaType }) };
}

async function launched(launch: Promise<void>, name: string, path: string): Promise<Record<never, never>> {
  try {
    await launch;
    return {};
  } catch (error) {
    throw new ApiFault('open-failed', { name, path, detail: detailOf(error) });
  }
}
