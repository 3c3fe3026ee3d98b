/**
 * Rebuilds one group of a block from whichever of its symbols come, in any order.
 *
 * Theory of operation. Source symbols go straight to their place in the block. The first repair symbol freezes the
 * missing ones as the columns of a tableau, which tells at each further one whether it helps. A source symbol that
 * comes after that takes its column out, or, where a row solves that column already, is one more equation itself.
 * With a deficit of 0, `step` subtracts the known symbols from the repair symbols, then multiplies by the inverse
 * that the tableau has become. What was received stays as it was, for the case that it does not fit its hash.
 *
 * Bounds: independent repair symbols are never more than the symbols that were missing at the first of them, so
 * block and repairs together hold at most twice the group, and the tableau GROUP_SYMBOLS_MAX squared.
 */
import { assert } from '../../base/assert.ts';
import type { Bytes } from '../../base/bytes.ts';
import {
  groupOfSource,
  groupSeed,
  groupSize,
  repairBytes,
  repairKey,
  symbolCount,
  symbolOf,
  writeCoefficients,
} from './code.ts';
import type { BlockCode } from './code.ts';
import { GROUP_SYMBOLS_MAX, SLICE_WORK_BYTES } from './limits.ts';
import type { FecKernel } from './port.ts';
import { Product } from './product.ts';
import { Tableau } from './tableau.ts';

/** `redundant`: a duplicate, one that depends on what is there, or one that nothing needs any more. */
export type Addition = 'added' | 'redundant' | 'malformed';

interface Repair {
  readonly id: number;
  readonly payload: Bytes;
}
/** An equation of the tableau: a repair symbol, or a source symbol (its place) that came after its column was solved. */
type Equation = { readonly repair: Repair } | { readonly place: number };

export class Decoder {
  readonly #kernel: FecKernel;
  readonly #code: BlockCode;
  readonly #group: number;
  readonly #block: Bytes;
  readonly #seed: number;
  readonly #size: number;
  readonly #repairBytes: number;
  /** By place in the group: 1 where the source symbol itself was received. */
  readonly #received: Uint8Array;
  #receivedCount = 0;
  #tableau: Tableau | undefined;
  /** The places of the tableau's columns, ascending, and back (-1: none). */
  #places: Uint16Array = new Uint16Array(0);
  readonly #columns: Int16Array;
  #equations: Equation[] = [];
  readonly #repairIds = new Set<number>();
  /** Kept by a restart, to be taken in again. */
  #waiting: Repair[] = [];
  #solving: { readonly products: Product[]; readonly places: readonly number[] } | undefined;

  /** Writes into `block`, the place of the whole sealed block, only what belongs to this group. */
  constructor(kernel: FecKernel, code: BlockCode, group: number, block: Bytes) {
    assert(block.length === code.blockBytes, 'the block has another size than its code says');
    this.#kernel = kernel;
    this.#code = code;
    this.#group = group;
    this.#block = block;
    this.#seed = groupSeed(code, group);
    this.#size = groupSize(code, group);
    assert(this.#size <= GROUP_SYMBOLS_MAX, 'more symbols than a group may have');
    this.#repairBytes = repairBytes(code, group);
    this.#received = new Uint8Array(this.#size);
    this.#columns = new Int16Array(this.#size).fill(-1);
  }

  /** How many more independent symbols are needed; 0 as soon as `step` can finish. */
  get deficit(): number {
    return this.#tableau?.deficit ?? this.#size - this.#receivedCount;
  }
  /** Source symbols that were not received themselves, solved or not. */
  get missing(): number {
    return this.#size - this.#receivedCount;
  }
  /** Bytes of repair symbols held. */
  get repairBytesHeld(): number {
    return this.#repairIds.size * this.#repairBytes;
  }
  get done(): boolean {
    if (this.#solving !== undefined) return this.#solving.products.length === 0;
    return this.#tableau === undefined && this.missing === 0;
  }

  /** Whether the source symbol (its index in the block) was received itself. */
  hasSource(index: number): boolean {
    return this.#received[this.#place(index)] === 1;
  }

  /** A source symbol by its index in the block. */
  addSource(index: number, payload: Bytes): Addition {
    if (index < 0 || index >= symbolCount(this.#code)) return 'malformed';
    if (groupOfSource(this.#code, index) !== this.#group) return 'malformed';
    const place = this.#place(index);
    const target = symbolOf(this.#code, this.#block, index);
    if (payload.length !== target.length) return 'malformed';
    if (this.#received[place] === 1 || this.#solving !== undefined) return 'redundant';
    target.set(payload);
    this.#received[place] = 1;
    this.#receivedCount++;
    return this.#tableau === undefined ? 'added' : this.#addLate(this.#tableau, place);
  }

  /** A repair symbol by its 24-bit id. The payload is copied where it is kept. */
  addRepair(id: number, payload: Bytes): Addition {
    if (payload.length !== this.#repairBytes) return 'malformed';
    if (this.#repairIds.has(id) || this.#solving !== undefined || this.deficit === 0) return 'redundant';
    return this.#take({ id, payload }, true) ? 'added' : 'redundant';
  }

  /**
   * Works for one slice. Returns what it did not use of it; all of it where there is nothing to do, because the
   * group waits for symbols or is done.
   */
  step(workBytes: number = SLICE_WORK_BYTES): number {
    let left = workBytes;
    while (left > 0 && this.#waiting.length > 0 && this.deficit > 0) {
      this.#take(this.#waiting.shift() as Repair, false);
      const tableau = this.#tableau as Tableau;
      left -= Math.max(1, 2 * tableau.rank * tableau.columnCount);
    }
    if (this.deficit > 0 || this.#tableau === undefined || left <= 0) return left;
    if (this.#solving === undefined) {
      this.#solving = this.#solve(this.#tableau);
      // The right sides are copied and the places cleared: at most twice the group.
      left -= 2 * this.#equations.length * this.#repairBytes;
    }
    const { products } = this.#solving;
    while (left > 0 && products.length > 0) {
      const product = products[0] as Product;
      left = product.step(left);
      if (product.done) products.shift();
    }
    return left;
  }

  /** When done: indices in the block of the symbols that were computed, not received. */
  get solved(): number[] {
    if (!this.done || this.#solving === undefined) return [];
    return this.#solving.places.map((place) => this.#group + place * this.#code.groupCount);
  }

  /**
   * After a result that does not fit its hash: starts over with those of the received symbols that pass, by the
   * index of a source symbol and the id of a repair symbol. Nothing that was computed is kept.
   */
  restart(keepSource: (index: number) => boolean, keepRepair: (id: number) => boolean): void {
    const repairs = [
      ...this.#equations.flatMap((equation) => ('repair' in equation ? [equation.repair] : [])),
      ...this.#waiting,
    ];
    this.#waiting = repairs.filter(({ id }) => keepRepair(id));
    this.#repairIds.clear();
    for (const { id } of this.#waiting) this.#repairIds.add(id);
    this.#tableau = undefined;
    this.#solving = undefined;
    this.#equations = [];
    this.#columns.fill(-1);
    for (let place = 0; place < this.#size; place++) {
      if (this.#received[place] === 0 || keepSource(this.#group + place * this.#code.groupCount)) continue;
      this.#received[place] = 0;
      this.#receivedCount--;
    }
  }

  #place(index: number): number {
    return Math.floor(index / this.#code.groupCount);
  }

  #addLate(tableau: Tableau, place: number): Addition {
    const column = this.#columns[place] as number;
    if (tableau.drop(column)) return 'added';
    const unit = new Uint8Array(tableau.columnCount);
    unit[column] = 1;
    if (!tableau.add(unit)) return 'redundant';
    this.#equations.push({ place });
    return 'added';
  }

  #take(repair: Repair, copy: boolean): boolean {
    const tableau = (this.#tableau ??= this.#freeze());
    const coefficients = new Uint8Array(tableau.columnCount);
    const key = repairKey(this.#seed, repair.id);
    writeCoefficients(key, this.#places, 0, this.#places.length, coefficients, 0);
    if (!tableau.add(coefficients)) {
      this.#repairIds.delete(repair.id);
      return false;
    }
    this.#repairIds.add(repair.id);
    this.#equations.push({ repair: copy ? { id: repair.id, payload: repair.payload.slice() } : repair });
    return true;
  }

  #freeze(): Tableau {
    const places: number[] = [];
    for (let place = 0; place < this.#size; place++) {
      if (this.#received[place] === 1) continue;
      this.#columns[place] = places.length;
      places.push(place);
    }
    this.#places = Uint16Array.from(places);
    return new Tableau(this.#kernel, places.length);
  }

  /** Both products of the decoding: right sides less what is known, then the missing symbols out of them. */
  #solve(tableau: Tableau): { products: Product[]; places: number[] } {
    const known: number[] = [];
    for (let place = 0; place < this.#size; place++) {
      const column = this.#columns[place] as number;
      if (column < 0 || tableau.isDropped(column)) known.push(place);
    }
    const knownPlaces = Uint16Array.from(known);
    const keys: number[] = [];
    const rests: Bytes[] = [];
    const rightSides = this.#equations.map((equation) => {
      if ('place' in equation) return this.#symbol(equation.place);
      const rest = equation.repair.payload.slice();
      keys.push(repairKey(this.#seed, equation.repair.id));
      rests.push(rest);
      return rest;
    });
    const subtraction = new Product(this.#kernel, {
      rowBytes: this.#repairBytes,
      destinations: rests,
      sources: known.map((place) => this.#symbol(place)),
      coefficients: (destination, first, count, into, at) =>
        writeCoefficients(keys[destination] as number, knownPlaces, first, count, into, at),
    });
    const rows = rightSides.map((_, row) => row).filter((row) => this.#isWanted(tableau.pivot(row)));
    const places = rows.map((row) => this.#places[tableau.pivot(row)] as number);
    const targets = places.map((place) => this.#symbol(place).fill(0));
    const solution = new Product(this.#kernel, {
      rowBytes: this.#repairBytes,
      destinations: targets,
      sources: rightSides,
      coefficients: (destination, first, count, into, at) => {
        const row = rows[destination] as number;
        for (let i = 0; i < count; i++) into[at + i] = tableau.solution(row, first + i);
      },
    });
    return { products: rows.length === 0 ? [] : [subtraction, solution], places };
  }

  #isWanted(column: number): boolean {
    return this.#received[this.#places[column] as number] === 0;
  }

  #symbol(place: number): Bytes {
    return symbolOf(this.#code, this.#block, this.#group + place * this.#code.groupCount);
  }
}
