/** What the doctor found: facts about the network as this machine sees it, and what is wrong with it (docs/doctor.md). */

/** Stable English identifiers, listed in docs/doctor.md. */
export type FindingCode =
  | 'no-interface'
  | 'interface-without-multicast'
  | 'own-multicast-lost'
  | 'windows-firewall'
  | 'firewall-in'
  | 'firewall-out'
  | 'firewall-unreadable'
  | 'nobody-heard'
  | 'not-heard-by'
  | 'one-way'
  | 'unheard-member'
  | 'ap-isolation'
  | 'by-unicast'
  | 'by-relay'
  | 'other-ip-version'
  | 'member-lossy'
  | 'buffer-drops'
  | 'portable-path'
  | 'path-mtu'
  | 'small-datagrams'
  | 'send-too-large'
  | 'own-id-twice'
  | 'id-twice'
  | 'clock-apart'
  | 'default-route-elsewhere'
  | 'default-route-unused'
  | 'ipv6-only'
  | 'switch-forgets';

export interface Finding {
  readonly code: FindingCode;
  /** `error`: nobody can be reached until it is put right. */
  readonly severity: 'error' | 'warning' | 'info';
  readonly values: Readonly<Record<string, string | number>>;
  /** In the language of the daemon: what is so, why it matters, what to do. */
  readonly what: string;
  readonly why: string;
  readonly todo: string;
  /** To be typed as it is, by somebody with the right to. */
  readonly command?: string;
}

export interface DoctorInterface {
  readonly name: string;
  readonly address: string;
  /** Beside an IPv4 one. */
  readonly ipv6?: string;
  readonly kind: 'ethernet' | 'wifi' | 'vpn' | 'virtual' | 'container' | 'loopback';
  readonly used: boolean;
  readonly multicast: boolean;
  readonly mtuBytes?: number;
  /** How many are there whose addresses are on its networks. */
  readonly members: number;
  /** The last packet that we sent here came back to us; undefined where nothing was sent yet. */
  readonly ownComesBack?: boolean;
  /** The switch there forgets a group that long after it was asked for it; absent: it does not, or it cannot be said. */
  readonly forgetsAfterMs?: number;
}

/** A member as this machine sees it; the own row comes first. */
export interface DoctorMember {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly self: boolean;
  /** Smallest UDP payload that fits all of its paths, as it says. */
  readonly datagramBytesMax?: number;
  /** Its wall clock against ours. */
  readonly clockAheadMs?: number;
}

/** One cell of the matrix: how `by` hears `of`, by what `by` says. */
export interface DoctorLink {
  readonly by: string;
  readonly of: string;
  /** Undefined: `by` has not said. */
  readonly heard?: boolean;
  /** Share of HELLOs lost, 0…1. */
  readonly loss?: number;
  readonly roundTripMs?: number;
  /**
   * The largest packet, IP header included, that is known to get through from `by` to `of`. Of the own row always, once that was
   * looked at; of others only where it is less than it should be.
   */
  readonly pathMtuBytes?: number;
  /** That is less than both ends take: something between drops what is longer. */
  readonly narrow?: boolean;
}

export interface DoctorReport {
  /** Unix milliseconds. */
  readonly at: number;
  /** False: nobody can be reached over this network as it is. */
  readonly usable: boolean;
  readonly sockets: 'fast' | 'portable';
  readonly socketsReason?: string;
  readonly port: number;
  readonly unicastPort: number;
  readonly interfaces: readonly DoctorInterface[];
  /** Groups that this process is a member of. */
  readonly groups: readonly string[];
  readonly members: readonly DoctorMember[];
  readonly links: readonly DoctorLink[];
  /** Packets that came to our sockets and found no room, since they were opened. */
  readonly bufferDrops?: number;
  readonly findings: readonly Finding[];
}
