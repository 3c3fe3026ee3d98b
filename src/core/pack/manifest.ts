/**
 * The manifest of a pack: what is in the folder, in the order in which the files' bytes follow it (protocol.md §7.10). Entries name
 * their folder by its place in the list, so a path that leads out cannot be written down, and a link can only lead to an
 * entry. The codec knows the format; what names and sizes may be, `rules.ts` says.
 */
import { UsageError } from '../../base/assert.ts';
import type { Bytes } from '../../base/bytes.ts';
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { PACK_ENTRIES_MAX, PACK_MANIFEST_BYTES_MAX, PACK_NAME_BYTES_MAX } from '../limits.ts';
import { Reader, Writer } from '../wire/codec.ts';
import type { PackFault } from './fault.ts';

/** The folder itself, as a parent or target; entry i of the list is i + 1. */
export const TOP = 0;

interface Placed {
  /** TOP, or the place of a folder before this one. */
  readonly parent: number;
  /** One path component. */
  readonly name: string;
}

export interface PackFolder extends Placed {
  readonly kind: 'folder';
  /** Unix milliseconds. */
  readonly modifiedAt: number;
}

export interface PackFile extends Placed {
  readonly kind: 'file';
  readonly modifiedAt: number;
  /** Bytes. */
  readonly size: number;
  readonly executable: boolean;
  /** SHA-256, where the sender knew it without another look at the file. */
  readonly hash?: Bytes;
}

export interface PackLink extends Placed {
  readonly kind: 'link';
  /** The place of the file or folder that it stands for, or TOP. */
  readonly target: number;
}

export type PackEntry = PackFolder | PackFile | PackLink;

export interface Manifest {
  /** Of the folder itself. */
  readonly modifiedAt: number;
  readonly entries: readonly PackEntry[];
}

/** What the first bytes of a pack say. */
export interface PackHeader {
  /** Of the whole manifest, this header included. */
  readonly manifestBytes: number;
  readonly entryCount: number;
}

const FORMAT = 1;
export const PACK_HEADER_BYTES = 14;
const KIND = { folder: 0, file: 1, link: 2 } as const;
const EXECUTABLE = 16;
const HASHED = 32;
const HASH_BYTES = 32;

/** Throws UsageError where it is larger than a manifest may be. */
export function encodeManifest(manifest: Manifest): Bytes {
  const { entries } = manifest;
  if (entries.length > PACK_ENTRIES_MAX) throw new UsageError('too many entries');
  const body = new Writer(64 * entries.length + 64);
  for (const entry of entries) writeEntry(body, entry);
  const manifestBytes = PACK_HEADER_BYTES + body.size;
  if (manifestBytes > PACK_MANIFEST_BYTES_MAX) throw new UsageError('manifest too large');
  return new Writer(manifestBytes)
    .u8(FORMAT)
    .u32(manifestBytes)
    .u24(entries.length)
    .u48(manifest.modifiedAt)
    .bytes(body.finish())
    .finish();
}

function writeEntry(writer: Writer, entry: PackEntry): void {
  const { kind, parent, name } = entry;
  if (kind === 'file') {
    const { executable, hash, modifiedAt, size } = entry;
    writer.u8(KIND.file + (executable ? EXECUTABLE : 0) + (hash === undefined ? 0 : HASHED));
    writer.u24(parent).shortText(name).u48(modifiedAt).u48(size);
    if (hash !== undefined) writer.bytes(hash);
    return;
  }
  writer.u8(KIND[kind]).u24(parent).shortText(name);
  if (kind === 'folder') writer.u48(entry.modifiedAt);
  else writer.u24(entry.target);
}

/** From the first PACK_HEADER_BYTES of the stream or more: how much of it is the manifest. */
export function decodePackHeader(bytes: Bytes): Result<PackHeader, PackFault> {
  const reader = new Reader(bytes.subarray(0, PACK_HEADER_BYTES));
  const format = reader.u8();
  const manifestBytes = reader.u32();
  const entryCount = reader.u24();
  reader.u48();
  if (!reader.done()) return err({ reason: 'malformed', path: '' });
  if (format !== FORMAT) return err({ reason: 'unknown-format', path: '' });
  if (entryCount > PACK_ENTRIES_MAX) return err({ reason: 'too-many-entries', path: '' });
  if (manifestBytes > PACK_MANIFEST_BYTES_MAX) return err({ reason: 'manifest-too-large', path: '' });
  return manifestBytes >= PACK_HEADER_BYTES
    ? ok({ manifestBytes, entryCount })
    : err({ reason: 'malformed', path: '' });
}

/** Any bytes in, the format's value or a reason out. Hashes are views of `bytes`. */
export function decodeManifest(bytes: Bytes): Result<Manifest, PackFault> {
  const header = decodePackHeader(bytes);
  if (!header.ok) return header;
  const { manifestBytes, entryCount } = header.value;
  if (manifestBytes !== bytes.length) return err({ reason: 'malformed', path: '' });
  const reader = new Reader(bytes);
  reader.bytes(PACK_HEADER_BYTES - 6);
  const modifiedAt = reader.u48();
  const entries: PackEntry[] = [];
  // The count is bounded, and an entry that is not there ends the loop.
  for (let place = 1; place <= entryCount; place++) {
    const entry = readEntry(reader, place);
    if (entry === undefined) return err({ reason: 'malformed', path: '' });
    entries.push(entry);
  }
  return reader.done() ? ok({ modifiedAt, entries }) : err({ reason: 'malformed', path: '' });
}

function readEntry(reader: Reader, place: number): PackEntry | undefined {
  const first = reader.u8();
  const kind = first & 15;
  const isFile = kind === KIND.file;
  reader.require((first & ~(isFile ? 15 + EXECUTABLE + HASHED : 15)) === 0);
  const parent = reader.u24();
  const name = reader.shortText(PACK_NAME_BYTES_MAX);
  reader.require(parent < place);
  const entry = isFile
    ? readFile(reader, { parent, name }, first)
    : readOther(reader, { parent, name }, kind);
  return reader.isGood ? entry : undefined;
}

function readFile(reader: Reader, placed: Placed, first: number): PackFile {
  const modifiedAt = reader.u48();
  const size = reader.u48();
  const hash = (first & HASHED) === 0 ? {} : { hash: reader.bytes(HASH_BYTES) };
  return { kind: 'file', ...placed, modifiedAt, size, executable: (first & EXECUTABLE) !== 0, ...hash };
}

function readOther(reader: Reader, placed: Placed, kind: number): PackFolder | PackLink {
  if (kind === KIND.folder) return { kind: 'folder', ...placed, modifiedAt: reader.u48() };
  reader.require(kind === KIND.link);
  return { kind: 'link', ...placed, target: reader.u24() };
}
