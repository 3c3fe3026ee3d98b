/** How well a member's HELLOs come through, by the numbers that they carry. */

/** The last sixteen HELLOs or so. */
const WEIGHT = 1 / 16;
/** A gap of more than that is a pause or a lie, and no loss. */
const GAP_MAX = 64;
const NUMBERS = 0x1_0000;

export class Reception {
  /** Share lost, 0…1. */
  loss = 0;
  #last: number | undefined;

  /** `number`: of a HELLO that is newer than all before. */
  heard(number: number): void {
    const gap = this.#last === undefined ? 1 : (number - this.#last + NUMBERS) % NUMBERS;
    this.#last = number;
    if (gap === 0 || gap > GAP_MAX) return;
    for (let lost = 1; lost < gap; lost++) this.loss += (1 - this.loss) * WEIGHT;
    this.loss -= this.loss * WEIGHT;
  }

  restarted(): void {
    this.#last = undefined;
  }
}
