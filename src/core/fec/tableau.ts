/**
 * The small side of decoding: which combinations of the received repair symbols are single missing symbols. Only
 * coefficients are worked on here; the data is multiplied once, when the answer is known.
 *
 * Theory. Each row is an equation Σ A[row][column] · x[column] = Σ T[row][r] · y[r]: x are the missing symbols (the
 * columns), y what was received (one for each row, in the order they came). A row that comes is reduced by all
 * earlier ones, takes a column as its pivot, and that column is cleared from the others (Gauss–Jordan). A pivot
 * column of A is then a unit vector that need not be stored, and the row brought a new column of T: it is kept in
 * its place. So the table has one byte for each row and column, and once every column is a pivot, it is the
 * inverse. What depends on earlier rows reduces to nothing and is refused, so `rank` is exact.
 */
import type { Bytes } from '../../base/bytes.ts';
import { inverse, multiply } from './field.ts';
import { PASS_COEFFICIENTS_MAX, PASS_DESTINATION_BYTES, PASS_SOURCE_BYTES } from './limits.ts';
import { COEFFICIENTS_AT, DESTINATIONS_AT, SOURCES_AT, strideFor } from './port.ts';
import type { FecKernel } from './port.ts';

const FREE = 0;
const PIVOT = 1;
const DROPPED = 2;

export class Tableau {
  readonly columnCount: number;
  readonly #kernel: FecKernel;
  readonly #stride: number;
  readonly #columns: Uint8Array;
  readonly #pivots: number[] = [];
  #cells: Uint8Array;
  #dropped = 0;

  constructor(kernel: FecKernel, columnCount: number) {
    this.#kernel = kernel;
    this.columnCount = columnCount;
    this.#stride = strideFor(columnCount);
    this.#columns = new Uint8Array(columnCount);
    this.#cells = new Uint8Array(Math.min(8, columnCount) * this.#stride);
  }

  /** Independent rows so far. */
  get rank(): number {
    return this.#pivots.length;
  }
  /** How many more independent rows it takes. */
  get deficit(): number {
    return this.columnCount - this.#dropped - this.rank;
  }

  isDropped(column: number): boolean {
    return this.#columns[column] === DROPPED;
  }
  /** The column that a row solves. */
  pivot(row: number): number {
    return this.#pivots[row] as number;
  }
  /** Once the deficit is 0: what the row's missing symbol has of the y of `other`. */
  solution(row: number, other: number): number {
    return this.#cells[row * this.#stride + (this.#pivots[other] as number)] as number;
  }

  /** Takes a column out because its symbol is known now. False where a row solves it already: then add a row. */
  drop(column: number): boolean {
    if (this.#columns[column] !== FREE) return this.#columns[column] === DROPPED;
    this.#columns[column] = DROPPED;
    this.#dropped++;
    return true;
  }

  /** Takes an equation in: its coefficients by column. False where it says nothing new; then nothing has changed. */
  add(coefficients: Bytes): boolean {
    if (this.deficit === 0) return false;
    const row = this.#reduce(coefficients);
    let column = this.columnCount - 1;
    while (column >= 0 && (this.#columns[column] !== FREE || row[column] === 0)) column--;
    if (column < 0) return false;
    const scale = inverse(row[column] as number);
    row[column] = 1;
    this.#eliminate(row, column, scale);
    this.#columns[column] = PIVOT;
    this.#pivots.push(column);
    return true;
  }

  /** The row less what the pivots of earlier rows say of it. */
  #reduce(coefficients: Bytes): Bytes {
    const { memory } = this.#kernel;
    const stride = this.#stride;
    const factors = this.#pivots.map((column) => coefficients[column] as number);
    memory.fill(0, DESTINATIONS_AT, DESTINATIONS_AT + stride);
    memory.set(coefficients, DESTINATIONS_AT);
    for (const column of this.#pivots) memory[DESTINATIONS_AT + column] = 0;
    const most = Math.min(Math.floor(PASS_SOURCE_BYTES / stride), PASS_COEFFICIENTS_MAX);
    for (let first = 0; first < this.rank; first += most) {
      const count = Math.min(most, this.rank - first);
      memory.set(this.#cells.subarray(first * stride, (first + count) * stride), SOURCES_AT);
      memory.set(factors.slice(first, first + count), COEFFICIENTS_AT);
      this.#kernel.multiplyAdd(1, count, stride);
    }
    return memory.slice(DESTINATIONS_AT, DESTINATIONS_AT + stride);
  }

  /** Clears the column from the earlier rows, and appends the row, scaled. */
  #eliminate(row: Bytes, column: number, scale: number): void {
    const { memory } = this.#kernel;
    const stride = this.#stride;
    const rowCount = this.rank + 1;
    this.#reserve(rowCount);
    memory.set(row, SOURCES_AT);
    const most = Math.min(Math.floor(PASS_DESTINATION_BYTES / stride), PASS_COEFFICIENTS_MAX);
    for (let first = 0; first < rowCount; first += most) {
      const count = Math.min(most, rowCount - first);
      const cells = this.#cells.subarray(first * stride, (first + count) * stride);
      for (let i = 0; i < count; i++) {
        const isNew = first + i === this.rank;
        const factor = isNew ? 1 : (cells[i * stride + column] as number);
        cells[i * stride + column] = 0;
        memory[COEFFICIENTS_AT + i] = multiply(factor, scale);
      }
      memory.set(cells, DESTINATIONS_AT);
      this.#kernel.multiplyAdd(count, 1, stride);
      cells.set(memory.subarray(DESTINATIONS_AT, DESTINATIONS_AT + count * stride));
    }
  }

  #reserve(rowCount: number): void {
    const bytes = rowCount * this.#stride;
    if (bytes <= this.#cells.length) return;
    const larger = new Uint8Array(Math.min(2 * this.#cells.length, this.columnCount * this.#stride));
    larger.set(this.#cells);
    this.#cells = larger;
  }
}
