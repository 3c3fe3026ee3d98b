/** How well a member's HELLOs come through, by the numbers that they carry. */
import type { Address } from '../api.ts';
import {
  HELLO_GAP_MAX,
  HELLO_LOSS_WEIGHT,
  MULTICAST_GAP_MAX,
  MULTICAST_LOSS_GOOD,
  MULTICAST_LOSS_MAX,
  UNICAST_LOSS_SHARE_MAX,
  UNICAST_SAMPLES_MIN,
  UNICAST_TRIED_AGAIN_MS,
} from '../limits.ts';

const NUMBERS = 0x1_0000;

export class Reception {
  /** Share lost, 0…1. */
  loss = 0;
  #last: number | undefined;
  readonly #gapMax: number;

  constructor(gapMax = HELLO_GAP_MAX) {
    this.#gapMax = gapMax;
  }

  /** `number`: of a HELLO that is newer than all before. */
  heard(number: number): void {
    const gap = this.#last === undefined ? 1 : (number - this.#last + NUMBERS) % NUMBERS;
    this.#last = number;
    if (gap === 0 || gap > this.#gapMax) return;
    for (let lost = 1; lost < gap; lost++) this.loss += (1 - this.loss) * HELLO_LOSS_WEIGHT;
    this.loss -= this.loss * HELLO_LOSS_WEIGHT;
  }

  restarted(): void {
    this.#last = undefined;
  }
}

/**
 * Whether multicast from a member is worth more to us than a copy by unicast, as on Wi-Fi it may not be (RFC 9119). Two
 * thresholds, and a long rest after unicast was no better, so that it does not go back and forth.
 */
export class MulticastWorth {
  /** It loses so much that we ask for copies. */
  isPoor = false;
  readonly #multicast = new Reception(MULTICAST_GAP_MAX);
  #unicast = new Reception();
  #unicastCount = 0;
  #notBefore = -Infinity;

  /** `number`: of a HELLO that came by that way. */
  heard(now: number, { byMulticast, byBroadcast, byRelay }: Address, number: number): void {
    if (byMulticast === true) this.#byMulticast(now, number);
    else if (byBroadcast !== true && byRelay !== true) this.#byUnicast(now, number);
  }

  restarted(): void {
    this.#multicast.restarted();
    this.#unicast.restarted();
  }

  #byMulticast(now: number, number: number): void {
    this.#multicast.heard(number);
    const { loss } = this.#multicast;
    if (this.isPoor) this.isPoor = loss > MULTICAST_LOSS_GOOD;
    else if (loss > MULTICAST_LOSS_MAX && now >= this.#notBefore) {
      this.isPoor = true;
      this.#unicast = new Reception();
      this.#unicastCount = 0;
    }
  }

  #byUnicast(now: number, number: number): void {
    this.#unicast.heard(number);
    this.#unicastCount++;
    if (!this.isPoor || this.#unicastCount < UNICAST_SAMPLES_MIN) return;
    if (this.#unicast.loss <= UNICAST_LOSS_SHARE_MAX * this.#multicast.loss) return;
    this.isPoor = false;
    this.#notBefore = now + UNICAST_TRIED_AGAIN_MS;
  }
}
