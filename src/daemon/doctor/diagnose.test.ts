import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { MemberId, RoomId } from '../../base/ids.ts';
import type { LinkView } from '../../core/api.ts';
import { unaddressed } from '../../core/membership/unaddressed.ts';
import type { NetworkFacts } from '../../io/network-facts.ts';
import { DOCTOR_CODES, doctorWords } from '../../words/doctor.ts';
import { diagnose } from './diagnose.ts';
import { defaultRouteOf, dropsOf } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';

const root = new URL('../../../', import.meta.url);
const self = { id: 'aa'.repeat(16), name: 'Finch' };
const eth0 = {
  name: 'eth0',
  address: '10.0.0.1',
  kind: 'ethernet',
  used: true,
  multicast: true,
  mtuBytes: 1500,
  members: 0,
  ownComesBack: true,
} as const;
const facts = (more: Partial<NetworkFacts> = {}): NetworkFacts => ({
  path: 'fast',
  port: 27_420,
  unicastPort: 27_421,
  interfaces: [eth0],
  groups: ['239.255.1.1'],
  counters: {},
  traffic: { sentBytes: 0, sentDatagrams: 0, receivedBytes: 0, receivedDatagrams: 0 },
  rooms: [],
  ...more,
});
const around: Surroundings = {
  platform: 'linux',
  filter: undefined,
  bufferDrops: 0,
  defaultRoute: 'eth0',
  keeper: undefined,
};
const heron: LinkView = {
  id: 'bb'.repeat(16) as MemberId,
  name: 'Heron',
  address: { host: '10.0.0.2', port: 27_421 },
  away: false,
  silentMs: 100,
  loss: 0,
  datagramBytesMax: 1472,
  isCloned: false,
  heard: [{ prefix: 'aa'.repeat(8), loss: 0.1, roundTripMs: 2, byMulticast: true }],
  needsCopies: false,
  byMulticast: true,
  straight: true,
  relayed: false,
};
const withHeron = (more: Partial<LinkView> = {}): NetworkFacts =>
  facts({ rooms: [{ room: '00' as RoomId, links: { members: [{ ...heron, ...more }] } }] });
const codes = (one: NetworkFacts, surroundings = around): readonly string[] =>
  diagnose(one, surroundings, self).findings.map(({ code }) => code);

describe('the doctor', () => {
  it('draws who hears whom from what members say', () => {
    const { links, usable, findings } = diagnose(withHeron(), around, self);
    expect(links).toEqual([
      { by: self.id, of: heron.id, heard: true, loss: 0 },
      { by: heron.id, of: self.id, heard: true, loss: 0.1, roundTripMs: 2 },
    ]);
    expect(usable).toBe(true);
    expect(findings).toEqual([]);
  });

  it('names what is wrong with members', () => {
    expect(codes(withHeron({ loss: 0.4 }))).toEqual(['member-lossy']);
    expect(codes(withHeron({ clockAheadMs: -120_000 }))).toEqual(['clock-apart']);
    expect(codes(withHeron({ isCloned: true }))).toEqual(['id-twice']);
    expect(codes(withHeron({ needsCopies: true }))).toEqual(['by-unicast']);
    expect(codes(withHeron({ byMulticast: false }))).toEqual(['by-unicast']);
    expect(codes(withHeron({ datagramBytesMax: 1400 }))).toEqual(['small-datagrams']);
    const six = { host: 'fe80::2%eth0', port: 27_421 };
    expect(codes(withHeron({ datagramBytesMax: 1452, address: six }))).toEqual([]);
    expect(codes(withHeron({ datagramBytesMax: 1400, address: six }))).toEqual(['small-datagrams']);
    expect(codes(withHeron({ hearsUs: false, heard: [] }))).toEqual(['not-heard-by']);
  });

  it('names whom full packets do not reach, or who cannot reach us with them, in one finding', () => {
    const [entry] = heron.heard as [LinkView['heard'][number]];
    const back = { heard: [{ ...entry, pathMtu: 1400 }] };
    expect(codes(withHeron({ pathMtu: 1500, isPathLimited: false }))).toEqual([]);
    const both = diagnose(withHeron({ pathMtu: 1280, isPathLimited: true, ...back }), around, self);
    expect(both.findings).toEqual([
      { code: 'path-mtu', severity: 'warning', values: { member: 'Heron', bytes: 1280 } },
    ]);
    expect(both.links).toMatchObject([
      { by: self.id, of: heron.id, pathMtuBytes: 1280, narrow: true },
      { by: heron.id, of: self.id, pathMtuBytes: 1400, narrow: true },
    ]);
    expect(codes(withHeron(back))).toEqual(['path-mtu']);
    const wren: LinkView = { ...heron, id: 'cc'.repeat(16) as MemberId, name: 'Wren', pathMtu: 1420 };
    const narrow = [{ ...heron, pathMtu: 1280 }, wren].map((one) => ({ ...one, isPathLimited: true }));
    const all = facts({ rooms: [{ room: '00' as RoomId, links: { members: narrow } }] });
    expect(diagnose(all, around, self).findings.map(({ values }) => values)).toEqual([
      { member: 'Heron, Wren', bytes: 1280 },
    ]);
  });

  it('tells a member of the other IP version from one that a firewall keeps apart', () => {
    const relayed = { straight: false, relayed: true, byMulticast: false };
    const six = { ...relayed, address: unaddressed('bb'.repeat(8)) };
    expect(codes(withHeron(six))).toEqual(['other-ip-version']);
    const both = { ...eth0, ipv6: 'fe80::1%eth0' };
    expect(codes({ ...withHeron(six), interfaces: [both] })).toEqual(['by-relay']);
    expect(codes(withHeron(relayed))).toEqual(['by-relay']);
    const radio = { ...eth0, kind: 'wifi' } as const;
    expect(codes({ ...withHeron(relayed), interfaces: [radio] })).toEqual(['by-relay', 'ap-isolation']);
    expect(codes({ ...withHeron(six), interfaces: [radio] })).toEqual(['other-ip-version']);
    const alone = { ...eth0, address: 'fe80::1%eth0' };
    expect(codes({ ...withHeron(relayed), interfaces: [alone] })).toEqual(['ipv6-only', 'other-ip-version']);
    expect(diagnose(withHeron(six), around, self).members[1]?.address).toBe('IPv6');
  });

  it('calls a machine without a network no error while others on it are met', () => {
    const loopback = { ...eth0, name: 'lo', kind: 'loopback' } as const;
    const [alone] = diagnose(facts({ interfaces: [loopback] }), around, self).findings;
    expect(alone).toMatchObject({ code: 'no-interface', severity: 'error' });
    const met = diagnose({ ...withHeron(), interfaces: [loopback] }, around, self);
    expect(met.usable).toBe(true);
    const found = met.findings.find(({ code }) => code === 'no-interface');
    expect(found?.severity).toBe('info');
  });

  it('names what is wrong with this machine', () => {
    const lost = facts({ interfaces: [{ ...eth0, ownComesBack: false }] });
    expect(codes(lost)).toEqual(['own-multicast-lost', 'nobody-heard']);
    const unreadable: Surroundings = { ...around, filter: 'unreadable' };
    expect(codes(lost, unreadable)).toEqual(['own-multicast-lost', 'firewall-unreadable', 'nobody-heard']);
    const commandOf = (keeper: 'ufw' | 'firewalld'): string | undefined =>
      diagnose(lost, { ...unreadable, keeper }, self).findings[0]?.command;
    expect(commandOf('ufw')).toBe('sudo ufw allow 27420:27435/udp');
    expect(commandOf('firewalld')).toBe(
      'sudo firewall-cmd --permanent --add-port=27420-27435/udp && sudo firewall-cmd --reload',
    );
    const windows = diagnose(lost, { ...around, platform: 'win32' }, self);
    expect(windows.usable).toBe(false);
    expect(windows.findings[0]).toMatchObject({
      code: 'windows-firewall',
      command:
        'netsh advfirewall firewall add rule name="Starling" dir=in action=allow protocol=UDP localport=27420-27435',
    });
    const vpn = { ...eth0, name: 'wg0', kind: 'vpn', used: false, multicast: false } as const;
    expect(codes({ ...withHeron(), interfaces: [eth0, vpn] })).toEqual(['interface-without-multicast']);
    expect(codes(withHeron(), { ...around, bufferDrops: 7 })).toEqual(['buffer-drops']);
    expect(codes({ ...withHeron(), path: 'portable' })).toEqual(['portable-path']);
    expect(codes({ ...withHeron(), counters: { 'io-send-EMSGSIZE': 1 } })).toEqual(['send-too-large']);
  });

  it('says where the others are, and by what', () => {
    const peopled = { ...eth0, members: 1 };
    const tun0 = { ...eth0, name: 'tun0', kind: 'vpn' } as const;
    const routed = (...interfaces: NetworkFacts['interfaces'][number][]): readonly string[] =>
      codes({ ...withHeron(), interfaces }, { ...around, defaultRoute: 'tun0' });
    expect(routed(peopled)).toEqual(['default-route-elsewhere']);
    expect(routed(peopled, tun0)).toEqual(['default-route-elsewhere']);
    expect(routed(eth0)).toEqual(['default-route-unused']);
    expect(routed(eth0, tun0)).toEqual([]);
    expect(routed(peopled, { ...tun0, members: 1 })).toEqual([]);
    const six = { ...eth0, address: 'fe80::1%eth0' };
    expect(codes({ ...withHeron(), interfaces: [six] })).toEqual(['ipv6-only']);
  });

  it('reads the tables of Linux', () => {
    const line = (port: string, drops: number): string =>
      `  77: 00000000:${port} 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 1 2 0 ${drops}`;
    const table = ['header', line('6B1C', 5), line('6B1D', 2), line('0035', 9)].join('\n');
    expect(dropsOf(table, new Set([27_420, 27_421]))).toBe(7);
    const routes =
      'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\neth0\t0000000A\t0\t1\t0\t0\t0\t00FFFFFF\ntun0\t00000000\t0\t1\t0\t0\t0\t00000000';
    expect(defaultRouteOf(routes)).toBe('tun0');
    expect(defaultRouteOf(undefined)).toBeUndefined();
  });

  it('has words in both languages, a row in docs/doctor.md and a test where that says, for each finding', () => {
    const page = readFileSync(new URL('docs/doctor.md', root), 'utf8');
    const rows = [...page.matchAll(/\| `([a-z\d-]+)` \| (lab|unit)\b/g)].map(([, code, where]) => [
      code,
      where,
    ]);
    expect(new Set(rows.map(([code]) => code))).toEqual(new Set(DOCTOR_CODES));
    const tests = { lab: testsIn('test/lab/'), unit: testsIn('src/daemon/doctor/') };
    for (const [code, where] of rows)
      expect(tests[where as 'lab' | 'unit'].includes(`'${code}'`), `a test of ${code} (${where})`).toBe(true);
    for (const code of DOCTOR_CODES)
      for (const language of ['en', 'zh'] as const) expect(doctorWords(code, {}, language).what).not.toBe('');
  });
});

function testsIn(folder: string): string {
  const at = new URL(folder, root);
  const names = readdirSync(at).filter((name) => name.endsWith('.test.ts'));
  return names.map((name) => readFileSync(new URL(name, at), 'utf8')).join('\n');
}
