/** At most so many file operations of one transfer at once; the rest wait in order. */
export class OperationGate {
  readonly #inFlightMax: number;
  readonly #waiting: (() => void)[] = [];
  #inFlight = 0;
  readonly #onIdle: (() => void)[] = [];

  constructor(inFlightMax: number) {
    this.#inFlightMax = inFlightMax;
  }

  async run<T>(operation: () => Promise<T>): Promise<T> {
    if (this.#inFlight >= this.#inFlightMax) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#inFlight++;
    }
    try {
      return await operation();
    } finally {
      const next = this.#waiting.shift();
      // The next one takes the place over, so that nobody can slip in between.
      if (next !== undefined) next();
      else this.#leave();
    }
  }

  get isIdle(): boolean {
    return this.#inFlight === 0;
  }

  /** Resolves when nothing runs and nothing waits. */
  async idle(): Promise<void> {
    if (this.#inFlight > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  #leave(): void {
    this.#inFlight--;
    if (this.#inFlight === 0) for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}
