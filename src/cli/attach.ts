/** One process hosts a profile, every other attaches to it. */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ATTACH_MS_MAX,
  ATTACH_RETRY_MS,
  DEFAULT_PORT,
  prepareProfile,
  profileAt,
  readDoor,
  startDaemon,
  tryLock,
} from '../daemon/hosting.ts';
import type { Daemon, DaemonOptions, Door, Profile, ProfileLock } from '../daemon/hosting.ts';
import { cliWords } from '../words/cli.ts';
import type { Language } from '../words/index.ts';
import type { Invocation } from './arguments.ts';
import { connect } from './connection.ts';
import type { Connection } from './connection.ts';
import { CommandFailure } from './exit.ts';
import { PASSPHRASE_TRIES_MAX } from './limits.ts';
import { askPassphrase, canAsk, passphraseIn } from './passphrase.ts';

export type HostingNeeds = Pick<DaemonOptions, 'life' | 'joinRemembered' | 'receives' | 'catchUp'>;

export interface Attachment {
  readonly connection: Connection;
  /** Where this process hosts. */
  readonly daemon?: Daemon;
}

/** Attaches to the profile's daemon, or becomes it. */
export async function attach(
  invocation: Invocation,
  needs: HostingNeeds,
  language: Language,
): Promise<Attachment> {
  const profile = profileAt(invocation.profile);
  const prepared = prepareProfile(profile);
  if (!prepared.ok) throw new CommandFailure(prepared.error.code, prepared.error.values);
  return untilReached(profile, async () => {
    const lock = lockOf(profile);
    if (lock !== undefined) return host(profile, lock, invocation, needs, language);
    const found = await attachToDoor(profile);
    if (found === undefined) return undefined;
    checkFlags(invocation, found.connection, found.door);
    return { connection: found.connection };
  });
}

/** The running daemon, or undefined where there is none. */
export async function attachOnly(invocation: Invocation): Promise<Attachment | undefined> {
  const profile = profileAt(invocation.profile);
  const reached = await untilReached(profile, async () => {
    const lock = lockOf(profile);
    lock?.release();
    if (lock !== undefined) return 'nobody';
    return attachToDoor(profile);
  });
  return reached === 'nobody' ? undefined : reached;
}

/** Is nobody left on the profile? */
export function isFree(invocation: Invocation): boolean {
  const lock = lockOf(profileAt(invocation.profile));
  lock?.release();
  return lock !== undefined;
}

async function untilReached<T>(profile: Profile, attempt: () => Promise<T | undefined>): Promise<T> {
  const end = performance.now() + ATTACH_MS_MAX;
  for (;;) {
    const reached = await attempt();
    if (reached !== undefined) return reached;
    if (performance.now() > end) {
      throw new CommandFailure('profile-busy', {
        profile: profile.folder,
        pid: readDoor(profile)?.pid ?? '?',
      });
    }
    await sleep(ATTACH_RETRY_MS);
  }
}

function lockOf(profile: Profile): ProfileLock | undefined {
  try {
    return tryLock(profile);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new CommandFailure('profile-unwritable', { profile: profile.folder, detail });
  }
}

async function attachToDoor(profile: Profile): Promise<{ connection: Connection; door: Door } | undefined> {
  const door = readDoor(profile);
  if (door === undefined) return undefined;
  if (door.host !== hostname()) {
    throw new CommandFailure('profile-elsewhere', { profile: profile.folder, host: door.host });
  }
  const connection = await connect(door.port, door.token);
  return connection === undefined ? undefined : { connection, door };
}

async function host(
  profile: Profile,
  lock: ProfileLock,
  invocation: Invocation,
  needs: HostingNeeds,
  language: Language,
): Promise<Attachment> {
  const { name, downloads, uiPort, interfaces, port } = invocation;
  const options: DaemonOptions = {
    ...needs,
    profile,
    language,
    name,
    downloads: downloads === undefined ? undefined : resolve(downloads),
    uiPort,
    interfaces,
    port: port ?? DEFAULT_PORT,
  };
  let started: Awaited<ReturnType<typeof startDaemon>>;
  try {
    started = await startUnlocked(options, invocation, language);
  } catch (error) {
    lock.release();
    throw error;
  }
  if (!started.ok) {
    lock.release();
    throw new CommandFailure(started.error.code, started.error.values);
  }
  const daemon = started.value;
  void daemon.ended.then(() => lock.release());
  const connection = await connect(daemon.port, daemon.token);
  if (connection !== undefined) return { connection, daemon };
  await daemon.stop();
  throw new CommandFailure('daemon-stopped');
}

/** With the passphrase of the profile, where it has one: from the file that was named, or else from whoever sits there. */
async function startUnlocked(
  options: DaemonOptions,
  { passphraseFile }: Invocation,
  language: Language,
): ReturnType<typeof startDaemon> {
  const passphrase = passphraseFile === undefined ? undefined : await passphraseIn(passphraseFile);
  let started = await startDaemon({ ...options, passphrase });
  const isLocked = (): boolean => !started.ok && started.error.code.startsWith('passphrase-');
  if (passphraseFile !== undefined || !canAsk()) return started;
  for (let tries = 0; tries < PASSPHRASE_TRIES_MAX && isLocked(); tries++) {
    const question = tries === 0 ? 'passphrase.ask' : 'passphrase.ask-again';
    started = await startDaemon({
      ...options,
      passphrase: await askPassphrase(cliWords(language, question)),
    });
  }
  return started;
}

/** A running daemon cannot change these; a flag that says otherwise would be silently ignored. */
function checkFlags(invocation: Invocation, connection: Connection, door: Door): void {
  const { name, downloads, interfaces, port, uiPort } = invocation;
  const list = (names: readonly string[]): string => names.toSorted().join(', ') || '*';
  const pairs: readonly (readonly [string, string | undefined, string])[] = [
    ['--name', name?.normalize('NFC').trim(), connection.snapshot.self.name],
    ['--downloads', downloads === undefined ? undefined : resolve(downloads), connection.snapshot.downloads],
    ['--interface', interfaces.length === 0 ? undefined : list(interfaces), list(door.interfaces)],
    ['--port', port?.toString(), String(door.udpPort)],
    ['--ui-port', uiPort?.toString(), String(door.port)],
  ];
  for (const [flag, wanted, actual] of pairs) {
    if (wanted === undefined || wanted === actual) continue;
    connection.close();
    throw new CommandFailure('flag-differs', { flag, wanted, actual });
  }
}
