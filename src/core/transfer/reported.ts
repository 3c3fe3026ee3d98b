/** What members reported to be missing of one open block since it was last asked about (protocol.md §7.8). */
import type { MemberId } from '../../base/ids.ts';
import type { Need } from '../wire/ask.ts';

interface GroupNeed {
  most: number;
  by: MemberId | undefined;
  /** The most that anybody else reported. */
  second: number;
}

export class Reported {
  /** Asks in a row that nobody answered, and those that somebody did. */
  quiet = 0;
  rounds = 0;
  isPolluted = false;
  pollutedBy: MemberId | undefined;
  private heard = false;
  private readonly sizes: readonly number[];
  private groups: GroupNeed[];

  /** `sizes`: source symbols in each group, the most that a group can need. */
  constructor(sizes: readonly number[]) {
    this.sizes = sizes;
    this.groups = sizes.map(nothing);
  }

  /** False for a report that does not fit the block. */
  add(member: MemberId, need: Need): boolean {
    if (need.kind === 'polluted') {
      this.pollutedBy ??= member;
      this.isPolluted = true;
    } else if (need.kind === 'symbols') {
      if (need.deficits.length !== this.sizes.length) return false;
      need.deficits.forEach((deficit, i) =>
        note(this.groups[i] as GroupNeed, member, this.bounded(deficit, i)),
      );
    }
    this.heard = true;
    return true;
  }

  /** Somebody reported, whether or not it is honoured. */
  get wasHeard(): boolean {
    return this.heard;
  }
  /** The largest deficit of a group. */
  get worst(): number {
    return Math.max(...this.groups.map((group) => group.most));
  }
  /** Symbols missing, summed over the groups. */
  get total(): number {
    return this.groups.reduce((sum, group) => sum + group.most, 0);
  }

  /** Symbols that each member alone causes: what it lacks beyond all others. */
  excesses(): Map<MemberId, number> {
    const excesses = new Map<MemberId, number>();
    for (const { by, most, second } of this.groups)
      if (by !== undefined && most > second) excesses.set(by, (excesses.get(by) ?? 0) + most - second);
    return excesses;
  }

  /** What to send for each group; of members that `isRefused` only what others lack as well. */
  deficits(isRefused: (member: MemberId) => boolean): number[] {
    return this.groups.map(({ by, most, second }) => (by !== undefined && isRefused(by) ? second : most));
  }

  /** It is asked about again. */
  restart(): void {
    this.groups = this.sizes.map(nothing);
    this.heard = false;
    this.isPolluted = false;
    this.pollutedBy = undefined;
  }

  private bounded(deficit: number, group: number): number {
    return Math.min(deficit, this.sizes[group] as number);
  }
}

const nothing = (): GroupNeed => ({ most: 0, by: undefined, second: 0 });

function note(group: GroupNeed, member: MemberId, deficit: number): void {
  if (group.by === member) group.most = Math.max(group.most, deficit);
  else if (deficit > group.most) {
    group.second = group.most;
    group.most = deficit;
    group.by = member;
  } else group.second = Math.max(group.second, deficit);
}
