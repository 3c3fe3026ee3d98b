/** Extremes over the last so many slots of time, in a ring: bounded, whatever comes. */

/** The least values of consecutive slots of time, in a ring. */
export class SlottedMinimum {
  private readonly slotMs: number;
  private readonly least: number[];
  private readonly slot: number[];

  constructor(slotMs: number, slots: number) {
    this.slotMs = slotMs;
    this.least = Array.from({ length: slots }, () => Infinity);
    this.slot = Array.from({ length: slots }, () => -Infinity);
  }

  add(atMs: number, value: number): void {
    const slot = Math.floor(atMs / this.slotMs);
    const index = ((slot % this.slot.length) + this.slot.length) % this.slot.length;
    if (this.slot[index] !== slot) {
      this.slot[index] = slot;
      this.least[index] = Infinity;
    }
    this.least[index] = Math.min(this.least[index] as number, value);
  }

  /** The least of the slots that are young enough, each raised by `risePerMs` for its age. */
  read(atMs: number, risePerMs: number): number {
    const slot = Math.floor(atMs / this.slotMs);
    let least = Infinity;
    for (let i = 0; i < this.slot.length; i++) {
      const age = slot - (this.slot[i] as number);
      if (age < this.slot.length)
        least = Math.min(least, (this.least[i] as number) + age * this.slotMs * risePerMs);
    }
    return least;
  }
}

/** The greatest values of consecutive slots of time. */
export class SlottedMaximum {
  private readonly negated: SlottedMinimum;

  constructor(slotMs: number, slots: number) {
    this.negated = new SlottedMinimum(slotMs, slots);
  }

  add(atMs: number, value: number): void {
    this.negated.add(atMs, -value);
  }

  /** The greatest of the slots that are young enough; -Infinity where there is none. */
  read(atMs: number): number {
    return -this.negated.read(atMs, 0);
  }
}
