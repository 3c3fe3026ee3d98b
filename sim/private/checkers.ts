/** What must hold of a private room, whatever happens to its members and between them. */
import { toHex } from '../../src/base/bytes.ts';
import type { Bytes } from '../../src/base/bytes.ts';
import type { MemberId, RoomId } from '../../src/base/ids.ts';
import type { PeerEvent, PrivateEntry } from '../../src/core/api.ts';
import type { RoomState } from '../../src/core/private/room-state.ts';
import { decodeEpoch } from '../../src/core/secrecy/epoch.ts';
import { epochKeys } from '../../src/core/secrecy/key-schedule.ts';
import { FRAME, readRoomTag, roomTag, typeOf } from '../../src/core/wire/header.ts';
import type { Checker, CheckerFactory } from '../checkers/checker.ts';
import type { SimNode } from '../node.ts';
import { Violation } from '../violation.ts';
import { stateAt } from './inside.ts';

export interface PrivateRun {
  /** Undefined until it is made. */
  room: RoomId | undefined;
}

/** After healing the members agree on who they are and can all talk under one epoch; everybody who is one is in. */
export const agreementOf =
  (run: PrivateRun): CheckerFactory =>
  ({ nodes }): Checker => {
    const name = 'private agreement';
    const views = (room: RoomId): Map<SimNode, string> => {
      const known = new Map<SimNode, string>();
      for (const node of nodes) {
        if (!node.isRunning || stateAt(node, room)?.members.has(node.id) !== true) continue;
        const { secured, role: _ours, members, ...view } = node.peer!.privateRoom(room);
        const shown = {
          ...view,
          members: members.map(({ self: _self, publicKey, ...rest }) => ({ ...rest, key: toHex(publicKey) })),
        };
        known.set(node, `${secured} ${JSON.stringify(shown)}`);
      }
      return known;
    };
    const pending = (): string | undefined => {
      const { room } = run;
      if (room === undefined) return 'no room';
      const known = views(room);
      const [first] = known.values();
      for (const [node, view] of known) {
        if (view !== first) return `node ${node.index} sees ${view}, another ${first}`;
        if (!view.startsWith('true')) return `node ${node.index} has no epoch of all members`;
        for (const id of stateAt(node, room)?.members.keys() ?? []) {
          const other = nodes.find((candidate) => candidate.id === id);
          if (other !== undefined && !known.has(other))
            return `node ${other.index} is a member and does not know it`;
        }
      }
      return undefined;
    };
    return {
      name,
      pending,
      finish() {
        const what = pending();
        if (what !== undefined) throw new Violation(name, what);
      },
    };
  };

/** Nothing is sealed to somebody whom its sender knows to be no member, and nothing of the room goes in the clear. */
export const sealedOf =
  (run: PrivateRun): CheckerFactory =>
  ({ nodes }): Checker => {
    const name = 'sealed to members only';
    const { crypto } = nodes[0]!.identity;
    const recipientsByTag = new Map<string, ReadonlySet<MemberId>>();
    /** Seen before its epoch was: it is stored at the end of the same turn. */
    const open: { readonly node: SimNode; readonly tag: string; readonly state: RoomState }[] = [];
    const last = new Map<SimNode, RoomState>();
    const judge = (node: SimNode, recipients: ReadonlySet<MemberId>, state: RoomState): void => {
      for (const id of recipients) {
        if (state.members.has(id)) continue;
        const who = nodes.find((candidate) => candidate.id === id)?.index;
        throw new Violation(name, `node ${node.index} seals to node ${who}, which it knows to be no member`);
      }
    };
    const learn = (entries: readonly PrivateEntry[]): void => {
      for (const entry of entries) {
        if (entry.kind !== 'epoch') continue;
        const epoch = decodeEpoch(crypto, entry.bytes);
        if (epoch === undefined) throw new Violation(name, 'an epoch in a store is none');
        const tag = toHex(epochKeys(crypto, epoch.id, entry.secret).tag);
        recipientsByTag.set(tag, new Set(epoch.members.map(({ member }) => member)));
      }
      for (let i = open.length - 1; i >= 0; i--) {
        const { node, tag, state } = open[i]!;
        const recipients = recipientsByTag.get(tag);
        if (recipients === undefined) continue;
        open.splice(i, 1);
        judge(node, recipients, state);
      }
    };
    const sent = (node: SimNode, bytes: Bytes): void => {
      const { room } = run;
      if (room === undefined) return;
      const tag = readRoomTag(bytes);
      const type = typeOf(bytes[0]!);
      if (type === FRAME.sync) return;
      if (type !== FRAME.sealed) {
        if (tag === roomTag(room))
          throw new Violation(name, `node ${node.index} sends in the clear, type ${type}`);
        return;
      }
      const state = stateAt(node, room) ?? last.get(node);
      if (state === undefined) throw new Violation(name, `node ${node.index} seals what it knows nothing of`);
      last.set(node, state);
      const recipients = recipientsByTag.get(tag);
      if (recipients === undefined) open.push({ node, tag, state });
      else judge(node, recipients, state);
    };
    return {
      name,
      observe(_now, observation) {
        if (observation.type === 'sent') sent(observation.node, observation.transmit.bytes);
        if (observation.type === 'event' && observation.event.type === 'store-private')
          learn(observation.event.entries);
        if (observation.type === 'crashed') last.delete(observation.node);
        // What it still says goodbye under is what it knew then.
        const known = observation.type === 'quit' ? stateAt(observation.node, observation.room) : undefined;
        if (observation.type === 'quit' && known !== undefined) last.set(observation.node, known);
      },
      finish() {
        const [unknown] = open;
        if (unknown !== undefined)
          throw new Violation(name, `node ${unknown.node.index} seals under an epoch that nobody stored`);
      },
    };
  };

/** What is shown was said by somebody who was a member, and not after its removal; honest members never fork. */
export const authorityOf =
  (run: PrivateRun): CheckerFactory =>
  ({ nodes }): Checker => {
    const name = 'authority';
    type Message = PeerEvent & { type: 'message' };
    const shown = new Map<SimNode, Map<string, Message>>();
    const check = (node: SimNode, { from, sequence }: Message, state: RoomState | undefined): void => {
      const cut = state?.departed.get(from)?.cut;
      const mayStand =
        state?.members.has(from) === true ||
        (state?.departed.has(from) === true && sequence <= (cut?.sequence ?? Infinity));
      if (!mayStand)
        throw new Violation(
          name,
          `node ${node.index} shows message ${sequence} of ${from}, who was no member`,
        );
    };
    return {
      name,
      observe(_now, observation) {
        const { room } = run;
        if (room === undefined) return;
        if (observation.type === 'crashed') shown.delete(observation.node);
        if (observation.type !== 'event') return;
        const { node, event } = observation;
        if (event.type === 'member-forked')
          throw new Violation(name, `node ${node.index} takes an honest member for a forked one`);
        const messages = shown.get(node) ?? new Map<string, Message>();
        shown.set(node, messages);
        if (event.type === 'messages-cut') for (const id of event.ids) messages.delete(id);
        if (event.type !== 'message' || event.room !== room) return;
        messages.set(event.id, event);
      },
      finish() {
        const { room } = run;
        for (const node of nodes) {
          const state = room === undefined ? undefined : stateAt(node, room);
          if (state?.members.has(node.id) !== true || !node.isRunning) continue;
          for (const message of shown.get(node)?.values() ?? []) check(node, message, state);
        }
      },
    };
  };

/** In the end all members hear each other. */
export const talkOf =
  (run: PrivateRun, isTalking: () => boolean): CheckerFactory =>
  ({ nodes }): Checker => {
    const heard = new Set<string>();
    return {
      name: 'talk',
      observe(_now, observation) {
        if (observation.type !== 'event' || observation.event.type !== 'message') return;
        const { event, node } = observation;
        if (event.room === run.room && event.text.startsWith('last '))
          heard.add(`${node.index} ${event.text}`);
      },
      pending() {
        const { room } = run;
        if (!isTalking() || room === undefined) return undefined;
        const members = nodes.filter(
          (node) => node.isRunning && stateAt(node, room)?.members.has(node.id) === true,
        );
        for (const speaker of members)
          for (const listener of members)
            if (!heard.has(`${listener.index} last ${speaker.index}`))
              return `node ${listener.index} has not heard node ${speaker.index}`;
        return undefined;
      },
    };
  };
