/** What can be seen from outside of a member: the input of the checkers, the trace and the log of a failure. */
import type { Bytes } from '../src/base/bytes.ts';
import { toHex } from '../src/base/bytes.ts';
import type { RecordId, RoomId, TransferId } from '../src/base/ids.ts';
import type { Address, DiskFault, FileView, PeerEvent, Transmit } from '../src/core/api.ts';
import type { FileContent } from './disk.ts';
import type { SimNode } from './node.ts';

export type Observation =
  // the process
  | { readonly type: 'started' | 'crashed' | 'stopped' | 'continued'; readonly node: SimNode }
  // commands as they were given
  | { readonly type: 'join' | 'quit' | 'probe'; readonly node: SimNode; readonly room: RoomId }
  | { readonly type: 'rename'; readonly node: SimNode; readonly name: string }
  | {
      readonly type: 'say';
      readonly node: SimNode;
      readonly room: RoomId;
      readonly token: number;
      readonly text: string;
      readonly at: number;
    }
  | {
      readonly type: 'offer';
      readonly node: SimNode;
      readonly room: RoomId;
      readonly token: number;
      readonly file: FileView;
      readonly content: FileContent;
      readonly at: number;
    }
  | {
      readonly type: 'accept' | 'decline' | 'cancel';
      readonly node: SimNode;
      readonly transfer: TransferId;
    }
  /** What an earlier process had of a file is handed to this one. */
  | {
      readonly type: 'restored';
      readonly node: SimNode;
      readonly transfer: TransferId;
      readonly blocks: readonly number[];
      readonly isComplete: boolean;
    }
  // what the core did
  | { readonly type: 'event'; readonly node: SimNode; readonly event: PeerEvent }
  | { readonly type: 'sent'; readonly node: SimNode; readonly transmit: Transmit }
  | { readonly type: 'received'; readonly node: SimNode; readonly from: Address; readonly bytes: Bytes }
  // what its disk did; just before the core is told
  | {
      readonly type: 'durable' | 'kept';
      readonly node: SimNode;
      readonly room: RoomId;
      readonly id: RecordId;
    }
  | {
      readonly type: 'disk-fault';
      readonly node: SimNode;
      readonly transfer: TransferId;
      readonly fault: DiskFault;
    }
  | { readonly type: 'file-finished'; readonly node: SimNode; readonly transfer: TransferId }
  // the network
  | { readonly type: 'network'; readonly text: string };

const TEXT_SHOWN_MAX = 48;

/** One line, the same on every machine. */
export function describe(at: number, observation: Observation): string {
  const who = observation.type === 'network' ? 'network' : nodeLabel(observation.node);
  return `${at.toFixed(3).padStart(12)} ${who.padEnd(6)} ${describeWhat(observation)}`;
}

export const nodeLabel = (node: SimNode): string => `n${node.index}.${node.life}`;

function describeWhat(observation: Observation): string {
  switch (observation.type) {
    case 'network':
      return observation.text;
    case 'event':
      return `> ${fields(observation.event)}`;
    case 'sent':
      return `sends ${destination(observation.transmit)} ${observation.transmit.bytes.length} B ${head(observation.transmit.bytes)}`;
    case 'received':
      return `hears ${observation.from.host}:${observation.from.port} ${observation.bytes.length} B ${head(observation.bytes)}`;
    default: {
      const { node: _node, ...rest } = observation;
      return fields(rest);
    }
  }
}

function destination(transmit: Transmit): string {
  const { to } = transmit;
  if (to.kind === 'unicast') return `${to.address.host}:${to.address.port}`;
  return to.kind === 'bulk' ? `bulk ${to.slot}` : 'control';
}

const head = (bytes: Bytes): string => toHex(bytes.subarray(0, 12));

function fields(value: object): string {
  const { type, ...rest } = value as { type: string };
  const shown = Object.entries(rest).map(([key, field]) => `${key}=${short(field)}`);
  return [type, ...shown].join(' ');
}

function short(value: unknown): string {
  if (value instanceof Uint8Array) return `[${value.length} B ${head(value)}]`;
  if (typeof value === 'object' && value !== null) return `{${fields({ type: '', ...value }).trim()}}`;
  if (typeof value !== 'string') return String(value);
  if (/^[0-9a-f]{32,64}$/.test(value)) return value.slice(0, 8);
  const cut = value.length > TEXT_SHOWN_MAX ? `${value.slice(0, TEXT_SHOWN_MAX)}… (${value.length})` : value;
  return JSON.stringify(cut);
}
