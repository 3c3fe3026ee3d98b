import { expect, it } from 'vitest';
import { datagramBytesMax, type NetworkInterface } from '../interfaces.ts';
import { zoneIn } from './ipv6-use.ts';
import { fitsIpv6, ipv6Group } from './ipv6.ts';

const six: NetworkInterface = {
  name: 'eth0',
  index: 2,
  address: 'fe80::1%eth0',
  networks: [],
  loopback: false,
  kind: 'ethernet',
  multicast: true,
  mtuBytes: 1500,
};

it('every group of a room has one of its own in IPv6, in the scope of the interface', () => {
  expect(ipv6Group('239.255.1.18')).toBe('ff12::efff:1:12');
  expect(ipv6Group('239.255.251.225')).toBe('ff12::efff:fb:e1');
  expect(zoneIn(six.address)).toBe('eth0');
});

it('datagrams leave room for the longer header', () => {
  expect(datagramBytesMax([six])).toBe(1452);
  expect(datagramBytesMax([six, { ...six, address: '10.0.0.1' }])).toBe(1452);
});

it('what IP would cut on its way by IPv6 is known as such', () => {
  expect(fitsIpv6({ bytes: new Uint8Array(1452) })).toBe(true);
  expect(fitsIpv6({ bytes: new Uint8Array(1453) })).toBe(false);
  expect(fitsIpv6({ bytes: new Uint8Array(12), payload: new Uint8Array(1441) })).toBe(false);
});
