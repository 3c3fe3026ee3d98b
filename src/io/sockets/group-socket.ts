/** One group's receiving socket and its memberships, one for each interface. */
import type { Socket } from 'node:dgram';
import type { NetworkInterface } from '../interfaces.ts';
import { errorCode, type IoProblem } from '../problems.ts';

export class GroupSocket {
  readonly #socket: Socket;
  readonly #group: string;
  readonly #onProblem: (problem: IoProblem) => void;
  /** Addresses of the interfaces on which we are a member. */
  readonly #joined = new Set<string>();

  constructor(socket: Socket, group: string, onProblem: (problem: IoProblem) => void) {
    this.#socket = socket;
    this.#group = group;
    this.#onProblem = onProblem;
  }

  /** Member on exactly these. */
  joinOn(interfaces: readonly NetworkInterface[]): void {
    const wanted = new Set(interfaces.map((one) => one.address));
    for (const address of this.#joined) if (!wanted.has(address)) this.#drop(address);
    for (const one of interfaces) if (!this.#joined.has(one.address)) this.#add(one);
  }

  /**
   * Leaves and joins again: the only way to make the kernel report the membership anew, which a snooping switch
   * needs to hear. A packet that arrives in the microseconds between the two is lost and repaired like any other.
   */
  rejoin(interfaces: readonly NetworkInterface[]): void {
    for (const one of interfaces) {
      this.#drop(one.address);
      this.#add(one);
    }
  }

  /** The kernel drops the memberships with the socket. */
  close(): void {
    this.#socket.close();
  }

  #add(network: NetworkInterface): void {
    try {
      this.#socket.addMembership(this.#group, network.address);
    } catch (error) {
      const code = errorCode(error);
      // Already a member: the interface kept its index and changed its address.
      if (code !== 'EADDRINUSE') {
        const values = { interface: network.name, group: this.#group, error: code };
        this.#onProblem({ code: 'group-join-failed', values });
        return;
      }
    }
    this.#joined.add(network.address);
  }

  #drop(address: string): void {
    if (!this.#joined.delete(address)) return;
    try {
      this.#socket.dropMembership(this.#group, address);
    } catch {
      // The interface, and with it the membership, is gone already.
    }
  }
}
