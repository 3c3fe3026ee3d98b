/** People on hosts of one network, one each, and the questions that tests ask of all of them. */
import { Attached } from './attached.ts';
import type { JsonLines, Seen } from './json-lines.ts';
import { openNetwork } from './network.ts';
import type { Loss, Network } from './network.ts';
import { BIRDS, Person } from './person.ts';

export const LOSES_A_TENTH: Loss = { inPerMille: 100, outPerMille: 100, at: 'wire' };

export interface Guest {
  readonly person: Person;
  /** The process that hosts the profile; another one after a restart. */
  host: JsonLines;
}

export class Gathering {
  readonly network: Network;
  readonly guests: readonly Guest[];

  private constructor(network: Network, guests: readonly Guest[]) {
    this.network = network;
    this.guests = guests;
  }

  /**
   * Everyone starts at the same moment and joins the lobby. `env`: by place, what is in a person's environment beside the usual;
   * `prepare`: what is done to the hosts before.
   */
  static async of(
    count: number,
    loss?: Loss,
    env: readonly (NodeJS.ProcessEnv | undefined)[] = [],
    prepare: (network: Network) => void = () => {},
  ): Promise<Gathering> {
    const network = openNetwork(count);
    try {
      prepare(network);
      if (loss !== undefined) for (const host of network.hosts) host.setLoss(loss);
      const people = network.hosts.map(
        (host, index) => new Person(BIRDS[index] ?? `Bird${index}`, host, [], env[index]),
      );
      const hosts = await Promise.all(people.map((person) => person.stay()));
      return new Gathering(
        network,
        people.map((person, index) => ({ person, host: hosts[index]! })),
      );
    } catch (error) {
      network.close();
      throw error;
    }
  }

  /** Until everyone has seen everyone else join. */
  async complete(timeoutMs: number): Promise<void> {
    const others = this.guests.length - 1;
    await Promise.all(
      this.guests.map(({ host }) =>
        host.until(`${others} members`, timeoutMs, () =>
          membersSeen(host).size === others ? true : undefined,
        ),
      ),
    );
  }

  attach(): Promise<Attached[]> {
    return Promise.all(this.guests.map(({ person }) => Attached.to(person)));
  }

  close(): void {
    this.network.close();
    for (const { person } of this.guests) person.forget();
  }
}

/** Names of who is there now, by the events so far. */
export function membersSeen(lines: JsonLines): Set<string> {
  const names = new Set<string>();
  for (const event of lines.events) {
    if (event.type === 'member-joined') names.add(event['member'].name);
    if (event.type === 'member-left') names.delete(event['member'].name);
  }
  return names;
}

export const messagesSeen = (lines: JsonLines): Seen[] =>
  lines.events.filter((event) => event.type === 'message');
