import { describe, expect, test } from 'vitest';
import { CALM, pair, Post, Resident, STORM } from '../../../test/direct-post.ts';
import { EMOJI_CROSSING_MS, EMOJI_SESSION_MS, EMOJI_SESSIONS_MAX } from '../limits.ts';

const stagesOf = (one: Resident): string[] =>
  one.stages.map(({ stage, reason }) => (reason === undefined ? stage : `${stage} ${reason}`));
const emojiOf = (one: Resident): readonly number[] =>
  one.stages.find(({ stage }) => stage === 'compare')?.emoji ?? [];

/** Both agreed and see seven. */
function compared(weather = CALM, seed = 1): ReturnType<typeof pair> {
  const made = pair(weather, seed);
  const { post, anna, bob } = made;
  anna.verification.start(post.now, bob.id);
  post.run(20_000);
  bob.verification.answer(post.now, anna.id, 'accept');
  post.run(40_000);
  return made;
}

describe('verification by emoji', () => {
  test('shows both the same seven, and ends where both say so', () => {
    for (const [weather, seeds] of [
      [CALM, 1],
      [STORM, 20],
    ] as const) {
      for (let seed = 1; seed <= seeds; seed++) {
        const { post, anna, bob } = compared(weather, seed);
        expect(emojiOf(anna), `seed ${seed}`).toHaveLength(7);
        expect(emojiOf(anna)).toEqual(emojiOf(bob));
        anna.verification.answer(post.now, bob.id, 'same');
        bob.verification.answer(post.now, anna.id, 'same');
        post.run(20_000);
        expect(stagesOf(anna)).toEqual(['waiting', 'compare', 'done']);
        expect(stagesOf(bob)).toEqual(['asked', 'waiting', 'compare', 'done']);
        expect(anna.verification.size + bob.verification.size).toBe(0);
      }
    }
  });

  test('both may ask at once', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { post, anna, bob } = pair(seed === 1 ? CALM : STORM, seed);
      anna.verification.start(post.now, bob.id);
      bob.verification.start(post.now, anna.id);
      post.run(30_000);
      expect(emojiOf(anna), `seed ${seed}`).toHaveLength(7);
      expect(emojiOf(anna)).toEqual(emojiOf(bob));
      const stages = [...stagesOf(anna), ...stagesOf(bob)];
      expect(stages.filter((stage) => stage === 'compare')).toHaveLength(2);
      expect(stages.filter((stage) => stage === 'asked' || stage.startsWith('failed'))).toEqual([]);
    }
  });

  test('asking who has asked is the answer', () => {
    const { post, anna, bob } = pair(CALM);
    anna.verification.start(post.now, bob.id);
    post.run(1000);
    bob.verification.start(post.now, anna.id);
    post.run(1000);
    expect(emojiOf(anna)).toEqual(emojiOf(bob));
    expect(emojiOf(anna)).toHaveLength(7);
  });

  test('somebody in the middle with keys of his own makes two different rows', () => {
    const { post, anna, bob, mallory } = inTheMiddle();
    anna.verification.start(post.now, mallory.id);
    post.run(1000);
    // He passes on what is said, as it is: each hears him for the other.
    mallory.verification.start(post.now, bob.id);
    post.run(1000);
    bob.verification.answer(post.now, mallory.id, 'accept');
    mallory.verification.answer(post.now, anna.id, 'accept');
    post.run(2000);
    expect(emojiOf(anna)).toHaveLength(7);
    expect(emojiOf(bob)).toHaveLength(7);
    expect(emojiOf(anna)).not.toEqual(emojiOf(bob));
  });

  test('nobody sees seven before the other’s person agreed', () => {
    const { post, anna, bob } = pair(CALM);
    anna.verification.start(post.now, bob.id);
    post.run(60_000);
    bob.verification.answer(post.now, anna.id, 'same');
    post.run(1000);
    expect(stagesOf(anna)).toEqual(['waiting']);
    expect(stagesOf(bob)).toEqual(['asked']);
  });
});

/** Anna takes Mallory for Bob, and Bob takes him for Anna; neither hears the other. */
function inTheMiddle(): { post: Post; anna: Resident; bob: Resident; mallory: Resident } {
  const post = new Post(CALM);
  const [anna, bob, mallory] = [new Resident(post, 1), new Resident(post, 2), new Resident(post, 3)];
  for (const one of [anna, bob]) {
    one.sees(mallory);
    mallory.sees(one);
  }
  return { post, anna, bob, mallory };
}

describe('what ends it', () => {
  test('different, on both sides', () => {
    const { post, anna, bob } = compared();
    bob.verification.answer(post.now, anna.id, 'different');
    post.run(5000);
    expect(stagesOf(bob).at(-1)).toBe('failed different');
    expect(stagesOf(anna).at(-1)).toBe('failed cancelled');
    anna.verification.answer(post.now, bob.id, 'same');
    expect(stagesOf(anna)).not.toContain('done');
  });

  test('a cancel by either, before and after the other agreed', () => {
    const early = pair(CALM);
    early.anna.verification.start(early.post.now, early.bob.id);
    early.post.run(1000);
    early.anna.verification.answer(early.post.now, early.bob.id, 'cancel');
    early.post.run(1000);
    expect(stagesOf(early.bob)).toEqual(['asked', 'failed cancelled']);
    const late = compared();
    late.bob.verification.answer(late.post.now, late.anna.id, 'cancel');
    late.post.run(1000);
    expect(stagesOf(late.anna).at(-1)).toBe('failed cancelled');
  });

  test('agreeing to what is over', () => {
    const { post, anna, bob } = pair(CALM);
    anna.verification.start(post.now, bob.id);
    post.run(1000);
    anna.restart();
    bob.sees(anna);
    bob.verification.answer(post.now, anna.id, 'accept');
    post.run(5000);
    expect(stagesOf(bob)).toEqual(['asked', 'waiting', 'failed cancelled']);
  });

  test('an answer that never comes, and people who never compare', () => {
    const { post, anna, bob } = pair(CALM);
    post.intercept = () => true;
    anna.verification.start(post.now, bob.id);
    post.run(60_000);
    expect(stagesOf(anna)).toEqual(['waiting', 'failed no-answer']);
    const slow = compared();
    slow.post.run(EMOJI_SESSION_MS);
    expect(stagesOf(slow.anna).at(-1)).toBe('failed timed-out');
    expect(stagesOf(slow.bob).at(-1)).toBe('failed timed-out');
  });

  test('messages out of order: a second nonce or reveal', () => {
    const { post, anna, bob } = compared();
    post.run(EMOJI_CROSSING_MS);
    const commit = { kind: 'commit', session: 'aa'.repeat(16), value: new Uint8Array(32) } as const;
    // A new session by the other ends this one, and is shown as a new request.
    anna.mail.post(post.now, bob.id, { kind: 'emoji', message: commit });
    post.run(1000);
    expect(stagesOf(bob).slice(-2)).toEqual(['failed replaced', 'asked']);
    anna.mail.post(post.now, bob.id, { kind: 'emoji', message: { ...commit, kind: 'reveal' } });
    post.run(1000);
    expect(stagesOf(bob).at(-1)).toBe('failed out-of-order');
  });

  test('a member that is not seen, and more at once than people can look at', () => {
    const post = new Post(CALM);
    const anna = new Resident(post, 1);
    const others = Array.from({ length: EMOJI_SESSIONS_MAX + 1 }, (_, i) => new Resident(post, 10 + i));
    anna.verification.start(post.now, others[0]!.id);
    expect(stagesOf(anna)).toEqual(['failed not-seen']);
    for (const other of others) {
      anna.sees(other);
      other.sees(anna);
      other.verification.start(post.now, anna.id);
    }
    post.run(5000);
    expect(anna.verification.size).toBe(EMOJI_SESSIONS_MAX);
    expect(others.filter((other) => stagesOf(other).includes('failed cancelled'))).toHaveLength(1);
  });
});
