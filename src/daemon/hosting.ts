/** What a process needs to host a profile, or to find the one that does. */
export { DEFAULT_PORT } from '../core/limits.ts';
export { startDaemon } from './daemon.ts';
export type { Daemon, DaemonOptions } from './daemon.ts';
export { readDoor } from './door.ts';
export type { Door } from './door.ts';
export { tryLock } from './lock.ts';
export type { ProfileLock } from './lock.ts';
export { hasDisplay, openPage } from './opener.ts';
export { prepareProfile, profileAt } from './profile.ts';
export type { Profile } from './profile.ts';
export { ATTACH_MS_MAX, ATTACH_RETRY_MS } from './limits.ts';
