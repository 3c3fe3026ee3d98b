/** The private key under a passphrase: what opens it, what does not, and what is in the file then. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { unwrapKey, wrapKey } from '../../src/daemon/passphrase.ts';
import { EngineDouble } from './engine-double.ts';
import { forget, newFolder, start, TestClient, tryStart } from './running.ts';

let folder: string;
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => forget(folder));

const key = Uint8Array.from({ length: 48 }, (_, index) => index);
const publicKey = new Uint8Array(32).fill(9);
const GOOD = 'correct horse battery';

test(
  'opens with the same words however they are composed, and with nothing else',
  { timeout: 60_000 },
  async () => {
    const wrapped = await wrapKey(key, publicKey, 'Zürich am See');
    expect(await unwrapKey(wrapped, publicKey, 'Zu\u0308rich am See')).toEqual(key);
    expect(await unwrapKey(wrapped, publicKey, 'zürich am See')).toBeUndefined();
    // Of another profile, changed, cut short, or asking for a terabyte.
    expect(await unwrapKey(wrapped, new Uint8Array(32), 'Zürich am See')).toBeUndefined();
    const sealed = wrapped.sealed.with(3, (wrapped.sealed[3] ?? 0) ^ 1);
    expect(await unwrapKey({ ...wrapped, sealed }, publicKey, 'Zürich am See')).toBeUndefined();
    for (const length of [0, 5, 36])
      expect(
        await unwrapKey({ ...wrapped, wrapping: wrapped.wrapping.slice(0, length) }, publicKey, GOOD),
      ).toBeUndefined();
    const greedy = wrapped.wrapping.with(1, 0x7f);
    expect(await unwrapKey({ ...wrapped, wrapping: greedy }, publicKey, GOOD)).toBeUndefined();
    expect(await unwrapKey({ ...wrapped, sealed: new Uint8Array(3) }, publicKey, GOOD)).toBeUndefined();
  },
);

test(
  'set, changed and removed in a running profile; the key as it was is nowhere in the file',
  { timeout: 60_000 },
  async () => {
    const first = await start(folder);
    const { id } = (await TestClient.of(first)).snapshot.self;
    const plain = Buffer.from(first.engine.config?.privateKeyPkcs8 ?? []);
    const inFile = (): boolean =>
      ['starling.db', 'starling.db-wal']
        .map((name) => join(folder, 'profile', name))
        .some((path) => existsSync(path) && readFileSync(path).includes(plain));
    expect(inFile()).toBe(true);
    const client = await TestClient.of(first);
    expect(await client.codeOf('set-passphrase', { next: 'short' })).toBe('passphrase-short');
    expect(await client.codeOf('set-passphrase', { next: 'x'.repeat(1025) })).toBe('bad-request');
    expect(await client.ask('set-passphrase', { next: GOOD })).toEqual({ isSet: true });
    expect(inFile()).toBe(false);
    expect(await client.codeOf('set-passphrase', { next: 'another one entirely' })).toBe('passphrase-wrong');
    await client.ask('set-passphrase', { current: GOOD, next: 'another one entirely' });
    await first.daemon.stop();
    expect(inFile()).toBe(false);

    for (const [passphrase, code] of [
      [undefined, 'passphrase-needed'],
      [GOOD, 'passphrase-wrong'],
    ] as const) {
      const refused = await tryStart(folder, new EngineDouble(), { passphrase });
      expect(refused.ok ? '' : refused.error.code).toBe(code);
    }
    const again = await start(folder, { passphrase: 'another one entirely' });
    const second = await TestClient.of(again);
    expect(second.snapshot.self.id).toBe(id);
    expect(await second.codeOf('set-passphrase', { next: null })).toBe('passphrase-wrong');
    expect(await second.ask('set-passphrase', { current: 'another one entirely', next: null })).toEqual({
      isSet: false,
    });
    await again.daemon.stop();
    const open = await start(folder);
    await open.daemon.stop();
  },
);
