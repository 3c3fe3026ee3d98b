/**
 * What the author of an incoming file has signed about it (protocol.md §7.3): the hash of each block, from pages that may
 * come from anybody, and the root over all of them. The frames are kept, to be sent to others.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { Context } from '../context.ts';
import { decodeRoot } from '../wire/page.ts';
import type { PageFrame, RootFrame } from '../wire/page.ts';
import { verifyFrame } from '../wire/signing.ts';
import { rootOf } from './file.ts';
import type { FileOffer } from './file.ts';
import { Pages, pagesOf } from './pages.ts';

export class FileIndex {
  /** By block; empty while the file does not come in. */
  hashes: (Bytes | undefined)[] = [];
  pages = new Pages();
  root: RootFrame | undefined;
  rootFrame: Bytes | undefined;
  private readonly offer: FileOffer;
  private readonly context: Context;
  private count = 0;

  constructor(offer: FileOffer, context: Context) {
    this.offer = offer;
    this.context = context;
  }

  /** What a store kept. */
  restore(pages: readonly Bytes[], rootFrame: Bytes | undefined): void {
    this.pages = pagesOf(pages, this.offer.blockCount);
    const root = rootFrame === undefined ? undefined : decodeRoot(rootFrame);
    if (root?.blockCount !== this.offer.blockCount) return;
    this.root = root;
    this.rootFrame = rootFrame;
  }

  /** The hashes are needed from now on. */
  open(): void {
    if (this.hashes.length === this.offer.blockCount) return;
    this.hashes = Array.from({ length: this.offer.blockCount });
    this.count = 0;
    for (const page of this.pages.all()) this.learn(page);
  }
  /** They are not any more; the pages have them. */
  close(): void {
    this.hashes = [];
    this.count = 0;
  }
  clear(): void {
    this.close();
    this.pages = new Pages();
  }

  /** False for one that says nothing new, or is not by the author. */
  takePage(page: PageFrame, datagram: Bytes): boolean {
    const { first, hashes } = page;
    if (first + hashes.length > this.offer.blockCount) return false;
    if (hashes.every((_, i) => this.hashes[first + i] !== undefined)) return false;
    if (!this.isSigned('page', datagram)) return false;
    this.learn(page);
    this.pages.add({ first, count: hashes.length, frame: datagram });
    this.keep('page', first, datagram);
    return true;
  }

  takeRoot(root: RootFrame, datagram: Bytes): boolean {
    if (this.root !== undefined || root.blockCount !== this.offer.blockCount) return false;
    if (!this.isSigned('root', datagram)) return false;
    this.root = root;
    this.rootFrame = datagram;
    this.keep('root', 0, datagram);
    return true;
  }

  /** Every hash and the root are here. */
  isWhole(): boolean {
    return this.root !== undefined && this.count === this.offer.blockCount;
  }
  /** They fit together. */
  fits(): boolean {
    return rootOf(this.context.crypto, this.hashes as Bytes[]) === this.root?.root;
  }

  private learn({ first, hashes }: Pick<PageFrame, 'first' | 'hashes'>): void {
    hashes.forEach((hash, i) => {
      if (this.hashes[first + i] === undefined) this.count++;
      // The first page for a block stands: an author that signs two is caught by the root.
      this.hashes[first + i] ??= hash;
    });
  }

  private keep(kind: 'page' | 'root', first: number, frame: Bytes): void {
    this.context.emit({ type: 'store-page', transfer: this.offer.id, kind, first, frame });
  }

  /** Counted where it is not. */
  private isSigned(kind: 'page' | 'root', datagram: Bytes): boolean {
    const { room, publicKey } = this.offer;
    const isGood = verifyFrame(this.context.crypto, kind, room, publicKey, datagram);
    if (!isGood) this.context.count('bad-signature');
    return isGood;
  }
}
