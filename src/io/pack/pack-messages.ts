/** What the engine and its pack thread say to each other. Every request is answered once; its number comes back. */
import type { Bytes } from '../../base/bytes.ts';
import type { DiskFault } from '../../core/api.ts';
import type { PackFault } from '../../core/pack/fault.ts';
import type { ScanFault, ScanNotes } from './scan.ts';

export type PackRequest =
  /** Looks at what is to be sent, and opens it as `pack`. → ScanReply */
  | { readonly type: 'scan'; readonly pack: number; readonly paths: readonly string[] }
  /** Opens an unpacked folder with its manifest. → HoldReply */
  | { readonly type: 'hold'; readonly pack: number; readonly folder: string; readonly manifestPath: string }
  /** Fills the buffer, which comes back. → ReadReply */
  | { readonly type: 'read'; readonly pack: number; readonly offset: number; readonly bytes: Bytes }
  /** Reads and checks the manifest at the beginning of a part file, and begins to unpack it. → UnpackReply */
  | ({ readonly type: 'unpack' } & PackPart)
  /** The first bytes of the part file are there. → UnpackReply, once all of them are unpacked. */
  | { readonly type: 'advance'; readonly pack: number; readonly available: number }
  /** Makes what is left, and gives the folder its name, unless a killed process just had. → FinishReply */
  | ({
      readonly type: 'finish';
      readonly downloads: string;
      readonly receivedName: string;
      /** Where the manifest is kept for `hold`. */
      readonly manifestPath: string;
    } & PackPart)
  /** Of a pack that is being unpacked: which blocks files in these folders may give, by path and size. → PlanReply */
  | { readonly type: 'plan'; readonly pack: number; readonly folders: readonly string[] }
  /** Writes those of them into the part whose bytes have this hash. → FoundReply */
  | {
      readonly type: 'find';
      readonly pack: number;
      readonly partPath: string;
      readonly blocks: readonly { readonly index: number; readonly hash: Bytes }[];
    }
  /** What was unpacked and has no name yet goes. → null */
  | { readonly type: 'close'; readonly pack: number };

export interface PackPart {
  readonly pack: number;
  readonly partPath: string;
  /** Hidden, for this alone, until it gets its name. */
  readonly folder: string;
  /** As they were offered. */
  readonly size: number;
  readonly entryCount: number;
}

export type Refusal<F> = { readonly ok: false } & F;

export type ScanReply =
  | {
      readonly ok: true;
      readonly size: number;
      readonly entryCount: number;
      /** SHA-256 of the manifest. */
      readonly manifestHash: string;
      readonly notes: ScanNotes;
    }
  | Refusal<ScanFault>;
export type HoldReply =
  | { readonly ok: true; readonly size: number; readonly manifestHash: string }
  | Refusal<{ readonly fault: DiskFault; readonly detail: string }>;
export interface ReadReply {
  readonly bytes: Bytes;
  readonly fault?: DiskFault;
}
/** A fault of the disk, or why the pack is refused. */
export type UnpackReply =
  | { readonly ok: true }
  | Refusal<{ readonly fault: DiskFault } | { readonly refused: PackFault }>;
export type FinishReply =
  | {
      readonly ok: true;
      readonly path: string;
      readonly manifestHash: string;
      readonly linksLeftOut: number;
    }
  | Exclude<UnpackReply, { ok: true }>;

/** Ascending. */
export interface PlanReply {
  readonly possible: readonly number[];
}
export interface FoundReply {
  readonly found: readonly number[];
}

export interface PackReplies {
  plan: PlanReply;
  find: FoundReply;
  scan: ScanReply;
  hold: HoldReply;
  read: ReadReply;
  unpack: UnpackReply;
  advance: UnpackReply;
  finish: FinishReply;
  close: null;
}
