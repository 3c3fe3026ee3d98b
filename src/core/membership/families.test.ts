import { describe, expect, test } from 'vitest';
import { Families } from './families.ts';

const four = { host: '10.0.0.1', port: 1, byMulticast: true };
const six = { host: 'fe80::1%eth0', port: 1, byMulticast: true };

describe('by which IP version a member is heard', () => {
  test('by IPv6 alone, until IPv4 is heard as well', () => {
    const families = new Families();
    expect(families.ipv6Alone(0, 1000)).toBeUndefined();
    families.note(0, six);
    expect(families.ipv6Alone(0, 1000)).toBe('fe80::1%eth0');
    families.note(1, four);
    expect(families.ipv6Alone(1, 1000)).toBeUndefined();
  });

  test('one HELLO that IPv4 lost changes nothing, two do', () => {
    const families = new Families();
    families.note(0, four);
    families.note(1100, six);
    expect(families.ipv6Alone(1100, 1000)).toBeUndefined();
    families.note(2000, six);
    expect(families.ipv6Alone(2000, 1000)).toBe('fe80::1%eth0');
    families.note(3000, four);
    expect(families.ipv6Alone(3000, 1000)).toBeUndefined();
  });

  test('silence ends it, and so does what came through another member or by unicast', () => {
    const families = new Families();
    families.note(0, { ...six, byRelay: true });
    families.note(0, { host: six.host, port: 1 });
    expect(families.ipv6Alone(0, 1000)).toBeUndefined();
    families.note(0, six);
    expect(families.ipv6Alone(5001, 1000)).toBeUndefined();
  });

  test('an address of IPv4 is kept while it is heard from', () => {
    const families = new Families();
    expect(families.keepsAddress(0, six, 1000)).toBe(false);
    families.note(0, four);
    expect(families.keepsAddress(2000, six, 1000)).toBe(true);
    expect(families.keepsAddress(2000, four, 1000)).toBe(false);
    expect(families.keepsAddress(2500, six, 1000)).toBe(false);
  });
});
