/** What the people of a run do: a list of actions with times, drawn from the seed before the run begins. */
import type { Random } from '../src/base/prng.ts';
import type { RoomId } from '../src/base/ids.ts';
import type { Annotation } from '../src/core/api.ts';
import { BLOCK_BYTES, TEXT_BYTES_MAX } from '../src/core/limits.ts';
import type { Cluster } from './cluster.ts';
import { createContent } from './disk.ts';
import type { SimNode } from './node.ts';
import type { Profile } from './profiles.ts';

export interface Action {
  readonly at: number;
  run(cluster: Cluster): void;
}

/** All members have joined by then, but for the late ones. */
export const JOIN_MS = 3000;

export function planWorkload(
  random: Random,
  profile: Profile,
  memberCount: number,
  rooms: readonly RoomId[],
): Action[] {
  const actions: Action[] = [];
  const { workMs } = profile;
  const anyNode = (): number => random.below(memberCount);
  const anyRoom = (): RoomId => rooms[random.below(3) === 0 ? rooms.length - 1 : 0]!;
  const atWork = (): number => JOIN_MS + workMs * random.next();

  planJoins(random, profile, memberCount - profile.speakers, rooms, actions);
  for (let i = 1; i <= profile.speakers; i++) {
    planSpeaker(random, memberCount - i, rooms[0]!, profile.workMs, actions);
  }
  for (let i = 0; i < profile.messagesPerMember * memberCount; i++) {
    const index = anyNode();
    const room = anyRoom();
    const text = randomText(random);
    actions.push({
      at: atWork(),
      run: ({ nodes }) => whereJoined(nodes[index]!, room, (node) => node.say(room, text)),
    });
  }
  planFiles(random, profile, memberCount, anyRoom, actions);
  for (let i = 0; i < profile.cancels; i++) {
    const index = anyNode();
    actions.push({ at: atWork(), run: ({ nodes }) => cancelSomething(nodes[index]!) });
  }
  for (let i = 0; i < profile.rejoins; i++) planRejoin(random, anyNode(), anyRoom(), atWork(), actions);
  for (let i = 0; i < profile.renames; i++) {
    const index = anyNode();
    const name = `Wren 鹪鹩 ${i}`;
    actions.push({
      at: atWork(),
      run: ({ nodes }) => nodes[index]!.isRunning && nodes[index]!.rename(name),
    });
  }
  return actions;
}

/** What people say about earlier messages: any that they were shown, by anybody. */
export function planAnnotations(
  random: Random,
  profile: Profile,
  memberCount: number,
  rooms: readonly RoomId[],
): Action[] {
  return Array.from({ length: profile.annotationsPerMember * memberCount }, () => {
    const index = random.below(memberCount);
    const room = rooms[random.below(rooms.length)]!;
    const kind = random.below(6);
    const pick = random.next();
    return {
      at: JOIN_MS + profile.workMs * random.next(),
      run: ({ nodes, ledger }: Cluster): void =>
        whereJoined(nodes[index]!, room, (node) => {
          const shown = ledger.session(node, room)?.shown ?? [];
          const target = shown[Math.floor(pick * shown.length)];
          if (target === undefined) return;
          node.type(room);
          if (kind < 2) return node.say(room, `as you said, ${kind}`, target);
          node.annotate(room, target, ANNOTATIONS[kind - 2]!);
        }),
    };
  });
}

const ANNOTATIONS: readonly Annotation[] = [
  { kind: 'edit', text: 'better said so 这样更好' },
  { kind: 'reaction', emoji: '👍', on: true },
  { kind: 'delete' },
  { kind: 'read' },
];

function planJoins(
  random: Random,
  profile: Profile,
  memberCount: number,
  rooms: readonly RoomId[],
  actions: Action[],
): void {
  for (let index = 0; index < memberCount; index++) {
    const isLate = index >= memberCount - profile.lateMembers;
    const startsAt = isLate ? JOIN_MS + profile.workMs * random.next() : JOIN_MS * random.next();
    actions.push({
      at: startsAt,
      run({ nodes }) {
        const node = nodes[index]!;
        if (node.isDead) return;
        node.start();
        node.join(rooms[0]!);
      },
    });
    for (const room of rooms.slice(1)) {
      if (random.below(3) > 0) continue;
      actions.push({
        at: startsAt + 1000 * random.next(),
        run: ({ nodes }) => nodes[index]!.isRunning && nodes[index]!.join(room),
      });
    }
  }
}

/** As a script that runs `say` again and again: each message is a process of its own, on one chain. */
function planSpeaker(random: Random, index: number, room: RoomId, workMs: number, actions: Action[]): void {
  for (let at = JOIN_MS; at < JOIN_MS + workMs; at += 3000 + 3000 * random.next()) {
    const text = `message of ${at.toFixed(0)}`;
    actions.push(
      {
        at,
        run({ nodes }) {
          const node = nodes[index]!;
          node.isDead = true;
          if (node.state !== 'down') return;
          node.catchesUp = false;
          node.start();
          node.join(room);
          node.say(room, text);
        },
      },
      { at: at + 1500, run: ({ nodes }) => nodes[index]!.state === 'running' && nodes[index]!.end() },
    );
  }
}

function planFiles(
  random: Random,
  profile: Profile,
  memberCount: number,
  anyRoom: () => RoomId,
  actions: Action[],
): void {
  let bytesLeft = profile.fileBytesTotal;
  for (let i = 0; i < profile.files; i++) {
    const size = Math.min(bytesLeft, randomFileSize(random));
    bytesLeft -= size;
    const index = random.below(memberCount);
    const contentSeed = random.below(0x1_0000_0000);
    const room = anyRoom();
    const spoilAfterMs = random.below(8) === 0 ? 300 * random.next() : Infinity;
    actions.push({
      at: JOIN_MS + profile.workMs * random.next(),
      run: (cluster) =>
        whereJoined(cluster.nodes[index]!, room, (node) => {
          const content = createContent(contentSeed, size);
          node.offer(room, { name: `report ${i} 报告.pdf`, size }, content);
          if (spoilAfterMs === Infinity) return;
          cluster.queue.after(spoilAfterMs, () => {
            content.fault = contentSeed % 2 === 0 ? 'file-changed' : 'file-unreadable';
          });
        }),
    });
  }
}

function planRejoin(random: Random, index: number, room: RoomId, at: number, actions: Action[]): void {
  // Either a real absence, or ten impatient clicks at once.
  const clicks = random.below(3) === 0 ? 10 : 1;
  const awayMs = clicks > 1 ? 2 * random.next() : 3000 * random.next();
  for (let click = 0; click < clicks; click++) {
    const clickAt = at + 2 * click * awayMs;
    actions.push(
      { at: clickAt, run: ({ nodes }) => whereJoined(nodes[index]!, room, (node) => node.quit(room)) },
      { at: clickAt + awayMs, run: ({ nodes }) => nodes[index]!.isRunning && nodes[index]!.join(room) },
      // The second JOIN without a QUIT between must change nothing.
      { at: clickAt + awayMs, run: ({ nodes }) => nodes[index]!.isRunning && nodes[index]!.join(room) },
    );
  }
}

function whereJoined(node: SimNode, room: RoomId, act: (node: SimNode) => void): void {
  if (node.isRunning && node.joined.has(room)) act(node);
}

/** A sender's own oldest transfer, if it has one open. */
function cancelSomething(node: SimNode): void {
  const transfer = node.openSources()[0];
  if (node.isRunning && transfer !== undefined) node.cancel(transfer);
}

const SENTENCES = [
  'hello',
  '#1 is a channel, and # is a character',
  'line one\nline two\r\n\tline three',
  '你好，一起吃饭吗？',
  '👩‍👩‍👧‍👦 אבג مرحبا',
  '{"type":"message"}',
];

function randomText(random: Random): string {
  const sentence = SENTENCES[random.below(SENTENCES.length)]!;
  const kind = random.below(20);
  if (kind < 14) return sentence;
  if (kind === 19) return 'x'.repeat(TEXT_BYTES_MAX);
  const length = random.below(kind < 18 ? 4000 : TEXT_BYTES_MAX / 4);
  return sentence.repeat(1 + Math.floor(length / (4 * sentence.length)));
}

function randomFileSize(random: Random): number {
  const edges = [0, 1, 1000, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 2 * BLOCK_BYTES];
  const kind = random.below(2 * edges.length);
  return edges[kind] ?? random.below(3 * BLOCK_BYTES);
}
