/** `daemon.json`: how other processes of this user find the running daemon. Written whole or not at all. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import * as v from 'valibot';
import type { Profile } from './profile.ts';

const doorSchema = v.object({
  /** Name of the computer. */
  host: v.string(),
  pid: v.number(),
  /** Of the local API on 127.0.0.1. */
  port: v.number(),
  token: v.string(),
  /** What cannot be changed while it runs; compared with the flags of whoever attaches. */
  udpPort: v.number(),
  interfaces: v.array(v.string()),
  downloads: v.string(),
});

export type Door = v.InferOutput<typeof doorSchema>;

export function writeDoor(profile: Profile, door: Door): void {
  const draft = `${profile.door}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(door), { mode: 0o600 });
  renameSync(draft, profile.door);
}

/** Undefined where there is none, or none that can be read. */
export function readDoor(profile: Profile): Door | undefined {
  try {
    const parsed = v.safeParse(doorSchema, JSON.parse(readFileSync(profile.door, 'utf8')));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

export function removeDoor(profile: Profile): void {
  rmSync(profile.door, { force: true });
}
