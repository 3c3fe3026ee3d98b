/** Whether a packet matches one expression in the JSON of nftables (libnftables-json(5)). Undefined: cannot be said. */
import type { FilterPacket } from './filter.ts';

type Json = Readonly<Record<string, unknown>>;
export const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;
export const field = (value: unknown, name: string): unknown => (isJson(value) ? value[name] : undefined);
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** No packet of ours comes from a port below. */
const SOURCE_PORT_MIN = 1024;

export function matchOf(match: unknown, packet: FilterPacket): boolean | undefined {
  const left = field(match, 'left');
  const right = field(match, 'right');
  const operator = text(field(match, 'op'));
  if (isSourcePort(left)) return isBelow(right, SOURCE_PORT_MIN) && operator !== '!=' ? false : undefined;
  const value = valueOf(left, packet);
  if (value === undefined) return undefined;
  // An expression about another protocol implies that protocol, whatever the operator.
  if (value === NOT_THIS_PROTOCOL) return false;
  if (operator === '==' || operator === 'in') return isAmong(value, right);
  if (operator === '!=') {
    const isEqual = isAmong(value, right);
    return isEqual === undefined ? undefined : !isEqual;
  }
  const [a, b] = [Number(value), Number(right)];
  if (Number.isNaN(a) || Number.isNaN(b)) return undefined;
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    default:
      return undefined;
  }
}

const isSourcePort = (left: unknown): boolean =>
  ['udp', 'th'].includes(text(field(field(left, 'payload'), 'protocol'))) &&
  field(field(left, 'payload'), 'field') === 'sport';

function isBelow(right: unknown, limit: number): boolean {
  if (typeof right === 'number') return right < limit;
  const members = Array.isArray(right) ? right : (field(right, 'set') ?? field(right, 'range'));
  return Array.isArray(members) && members.every((one) => isBelow(one, limit));
}

/** Of a packet with another protocol in it: equal to nothing. */
const NOT_THIS_PROTOCOL = 'not-this-protocol';

export function valueOf(left: unknown, packet: FilterPacket): string | number | undefined {
  const meta = text(field(field(left, 'meta'), 'key'));
  if (meta !== '') return metaOf(meta, packet);
  const payload = field(left, 'payload');
  if (payload !== undefined) return payloadOf(payload, packet);
  const ct = text(field(field(left, 'ct'), 'key'));
  if (ct === 'state') return 'new';
  // What was translated on its way would be: nothing that is new is.
  if (ct === 'status') return 'none';
  const fib = field(left, 'fib');
  const flags = field(fib, 'flags');
  const isOfDestination = flags === 'daddr' || (Array.isArray(flags) && flags[0] === 'daddr');
  if (text(field(fib, 'result')) === 'type' && isOfDestination)
    return packet.kind === 'host' ? 'local' : packet.kind;
  return undefined;
}

function payloadOf(payload: unknown, packet: FilterPacket): string | number | undefined {
  const protocol = text(field(payload, 'protocol'));
  const isIpv6 = packet.destination.includes(':');
  if (protocol === 'ip' && isIpv6) return NOT_THIS_PROTOCOL;
  if (protocol === 'ip6' && !isIpv6) return NOT_THIS_PROTOCOL;
  switch (`${protocol} ${text(field(payload, 'field'))}`) {
    case 'ip daddr':
    case 'ip6 daddr':
      return packet.destination;
    case 'ip saddr':
    case 'ip6 saddr':
      return packet.source;
    case 'ip protocol':
    case 'ip6 nexthdr':
      return 'udp';
    case 'udp dport':
    case 'th dport':
      return packet.port;
    default:
      return ['ip', 'ip6', 'udp', 'th', 'ether', 'vlan', ''].includes(protocol)
        ? undefined
        : NOT_THIS_PROTOCOL;
  }
}

function metaOf(key: string, packet: FilterPacket): string | undefined {
  const { device, hook, kind } = packet;
  const leaves = hook === 'output' || hook === 'postrouting';
  const isIpv6 = packet.destination.includes(':');
  switch (key) {
    case 'iifname':
    case 'iif':
      return leaves ? '' : device;
    case 'oifname':
    case 'oif':
      return leaves ? device : '';
    case 'l4proto':
      return 'udp';
    case 'nfproto':
      return isIpv6 ? 'ipv6' : 'ipv4';
    case 'protocol':
      return isIpv6 ? 'ip6' : 'ip';
    case 'pkttype':
      return leaves ? undefined : kind;
    default:
      return undefined;
  }
}

const PROTOCOL_NUMBERS: Readonly<Record<string, string>> = { '17': 'udp', '6': 'tcp', '1': 'icmp' };

export function isAmong(value: string | number, right: unknown): boolean | undefined {
  if (typeof right === 'number' || typeof right === 'string') return isEqual(value, right);
  const members = Array.isArray(right) ? right : field(right, 'set');
  if (Array.isArray(members)) {
    const each = members.map((one) => isAmong(value, one));
    if (each.includes(true)) return true;
    return each.includes(undefined) ? undefined : false;
  }
  const range = field(right, 'range');
  if (Array.isArray(range)) {
    const [from, to] = range.map((end) => numberOf(end));
    const at = numberOf(value);
    if (from === undefined || to === undefined || at === undefined) return undefined;
    return at.bits === from.bits && at.value >= from.value && at.value <= to.value;
  }
  const prefix = field(right, 'prefix');
  return prefix === undefined ? undefined : isIn(value, prefix);
}

function isEqual(value: string | number, right: string | number): boolean | undefined {
  const other = String(right);
  // `@name` is a set by name, whose elements are listed elsewhere.
  if (other.startsWith('@')) return undefined;
  if (other.endsWith('*')) return String(value).startsWith(other.slice(0, -1));
  if (value === 'udp') return (PROTOCOL_NUMBERS[other] ?? other) === 'udp';
  if (!other.includes(':')) return String(value) === other;
  const [a, b] = [numberOf(value), numberOf(right)];
  return a === undefined || b === undefined ? String(value) === other : a.value === b.value;
}

function isIn(value: string | number, prefix: unknown): boolean | undefined {
  const base = numberOf(text(field(prefix, 'addr')));
  const at = numberOf(value);
  const length = Number(field(prefix, 'len'));
  if (base === undefined || at === undefined) return undefined;
  if (!Number.isInteger(length) || length < 0 || length > base.bits) return undefined;
  const shift = BigInt(base.bits - length);
  return at.bits === base.bits && at.value >> shift === base.value >> shift;
}

interface Num {
  /** 32 and 128 for addresses, 0 for a number. */
  readonly bits: 0 | 32 | 128;
  readonly value: bigint;
}

/** Of a number or of an address. */
function numberOf(value: unknown): Num | undefined {
  if (typeof value === 'number')
    return Number.isInteger(value) ? { bits: 0, value: BigInt(value) } : undefined;
  const address = text(value).split('%')[0] ?? '';
  const parts = address.split('.');
  if (parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part)))
    return { bits: 32, value: parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n) };
  return ipv6Number(address);
}

/** RFC 4291 §2.2, forms 1 and 2. */
function ipv6Number(address: string): Num | undefined {
  const halves = address.split('::');
  if (!/^[\da-f:]+$/i.test(address) || !address.includes(':') || halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  if (!groups.every((group) => /^[\da-f]{1,4}$/i.test(group))) return undefined;
  return { bits: 128, value: groups.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n) };
}
