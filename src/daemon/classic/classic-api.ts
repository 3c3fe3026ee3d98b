/** The methods of the local API where they are about the room of the original tool, in front of those for all others. */
import type { Params } from '../../contract/api.ts';
import type { Handlers, UseCases } from '../api.ts';
import { isExecutable } from '../executable.ts';
import { ApiFault } from '../fault.ts';
import { openFile, openFolderOf } from '../opener.ts';
import { CLASSIC_LABEL, CLASSIC_ROOM } from '../room-entry.ts';

/** Each method as it was, except for what is of that room. */
export function withClassic(all: Handlers, { rooms, classic, classicFiles: files }: UseCases): Handlers {
  const isHere = ({ room }: { readonly room: string }): boolean => rooms.idOf(room) === CLASSIC_ROOM;
  const checkOpen = (room: string): void => void rooms.activeId(room);
  const refuse = (): never => {
    throw new ApiFault('classic-not-possible');
  };
  return {
    ...all,
    say: (params) => {
      if (!isHere(params)) return all.say(params);
      checkOpen(params.room);
      return classic.say(params.text);
    },
    // Its members tell of themselves every five seconds, and cannot be asked.
    probe: (params) => (isHere(params) ? {} : all.probe(params)),
    remove: (params) => (isHere(params) ? refuse() : all.remove(params)),
    restore: (params) => (isHere(params) ? refuse() : all.restore(params)),
    transfers: async (params) => {
      if (params.room !== undefined && isHere({ room: params.room })) return files.list();
      const others = await all.transfers(params);
      return params.room === undefined ? [...others, ...files.list()] : others;
    },
    'send-path': (params) => {
      if (!isHere(params)) return all['send-path'](params);
      checkOpen(params.room);
      return files.send(params.path, params.rate);
    },
    // The original tool has files, and no folders.
    'send-paths': (params) => (isHere(params) ? refuse() : all['send-paths'](params)),
    ...endings(all, files),
    open: async (params: Params<'open'>) => {
      if (!files.has(params.transfer)) return all.open(params);
      const { path, fileName } = files.file(params.transfer);
      if (isExecutable(path)) throw new ApiFault('open-refused', { name: fileName });
      await openFile(path);
      return {};
    },
    'show-in-folder': async (params: Params<'show-in-folder'>) => {
      if (!files.has(params.transfer)) return all['show-in-folder'](params);
      await openFolderOf(files.file(params.transfer).path);
      return {};
    },
  };
}

/** Nothing is asked before a file comes, so there is nothing to accept. */
function endings(all: Handlers, files: UseCases['classicFiles']) {
  const refuse = (): never => {
    throw new ApiFault('transfer-not-possible', { state: CLASSIC_LABEL });
  };
  return {
    cancel: (params: Params<'cancel'>) => {
      if (!files.has(params.transfer)) return all.cancel(params);
      files.cancel(params.transfer);
      return {};
    },
    accept: (params: Params<'accept'>) => (files.has(params.transfer) ? refuse() : all.accept(params)),
    decline: (params: Params<'decline'>) => (files.has(params.transfer) ? refuse() : all.decline(params)),
  };
}
