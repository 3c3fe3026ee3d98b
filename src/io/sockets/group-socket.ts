/** One group's receiving socket and its memberships, one for each interface. */
import { interfaceKey, isIpv6, type NetworkInterface } from '../interfaces.ts';
import { errorCode, type IoProblem } from '../problems.ts';
import type { UdpSocket } from './udp.ts';

export class GroupSocket {
  readonly #udp: UdpSocket;
  readonly #group: string;
  readonly #onProblem: (problem: IoProblem) => void;
  /** Where we are a member: interface key → address. */
  readonly #joined = new Map<string, string>();

  constructor(udp: UdpSocket, group: string, onProblem: (problem: IoProblem) => void) {
    this.#udp = udp;
    this.#group = group;
    this.#onProblem = onProblem;
  }

  /** Member on exactly these. */
  joinOn(interfaces: readonly NetworkInterface[]): void {
    const ipv4 = interfaces.filter(({ address }) => !isIpv6(address));
    const wanted = new Set(ipv4.map(interfaceKey));
    for (const key of this.#joined.keys()) if (!wanted.has(key)) this.#drop(key);
    for (const one of ipv4) if (!this.#joined.has(interfaceKey(one))) this.#add(one);
  }

  /**
   * Leaves and joins again: the only way to make the kernel report the membership anew, which a snooping switch
   * needs to hear. A packet that arrives in the microseconds between the two is lost and repaired like any other.
   */
  rejoin(interfaces: readonly NetworkInterface[]): void {
    for (const one of interfaces) {
      if (isIpv6(one.address)) continue;
      this.#drop(interfaceKey(one));
      this.#add(one);
    }
  }

  receive(): void {
    this.#udp.receive();
  }

  /** The kernel drops the memberships with the socket. */
  close(): void {
    void this.#udp.close();
  }

  #add(network: NetworkInterface): void {
    try {
      this.#udp.socket.addMembership(this.#group, network.address);
    } catch (error) {
      const code = errorCode(error);
      // Already a member: the interface kept its index and changed its address.
      if (code !== 'EADDRINUSE') {
        const values = { interface: network.name, group: this.#group, error: code };
        this.#onProblem({ code: 'group-join-failed', values });
        return;
      }
    }
    this.#joined.set(interfaceKey(network), network.address);
  }

  #drop(key: string): void {
    const address = this.#joined.get(key);
    if (address === undefined) return;
    this.#joined.delete(key);
    try {
      this.#udp.socket.dropMembership(this.#group, address);
    } catch {
      // The interface, and with it the membership, is gone already.
    }
  }
}
