/** Private rooms as people use them: real daemons on loopback. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Ended, Line, Profile, Program } from './program.ts';
import { scene } from './scene.ts';

const done = ({ status, errors, output }: Ended): void => expect(status, errors + output).toBe(0);
const of = (lines: readonly Line[], type: string): readonly Line[] =>
  lines.filter((line) => line.type === type);

async function inviteTo(profile: Profile, room: string, ...flags: string[]): Promise<string> {
  const invited = await profile.run('invite', room, ...flags);
  done(invited);
  return of(invited.lines, 'invite')[0]?.['invite'] as string;
}

const roomsOf = async (profile: Profile): Promise<readonly Line[]> => (await profile.run('rooms')).lines;

async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  timeoutMs = 45_000,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await new Promise((tick) => setTimeout(tick, 20));
  }
}

scene(
  'a room is made, two come by link and by words, talk and send; who is removed is told, and gets nothing further',
  async ({ root, finch, wren, robin, ready }) => {
    const [up, , robins] = (await Promise.all(
      [finch, wren, robin].map((one) => ready(one.start('up', '--no-open'))),
    )) as [Program, Program, Program];
    done(await finch.run('create', 'friends'));
    const link = await inviteTo(finch, 'friends');
    expect(link).toMatch(/^STARLING:JOIN\/[0-9A-Z]{32}$/);
    const plain = await finch.runPlainly('invite', 'friends');
    expect(plain.output.trimEnd().split(' ').at(-1)).toMatch(/^STARLING:JOIN\//);
    const joined = await wren.run('join', link);
    done(joined);
    expect(of(joined.lines, 'invite-progress').at(-1)).toMatchObject({ stage: 'answered', name: 'friends' });
    const used = await robin.run('join', link);
    expect([used.status, of(used.lines, 'problem')[0]?.['code']]).toEqual([1, 'invite-used']);
    const words = await inviteTo(finch, 'friends', '--words');
    const mistyped = await robin.run('join', ...words.split(' ').slice(0, 5), 'zzzzz');
    expect([mistyped.status, of(mistyped.lines, 'problem')[0]?.['code']]).toEqual([2, 'invite-mistyped']);
    done(await robin.run('join', ...words.split(' ')));
    const listed = await robin.run('members', '--room', 'friends');
    const roles = listed.lines.map(({ name, role, present }) => `${name} ${role} ${present}`);
    expect(roles.toSorted()).toEqual(['Finch owner true', 'Robin member true', 'Wren member true']);

    const said = await wren.run('say', 'hello', '--room', 'friends');
    expect(said.lines.at(-1)).toMatchObject({ type: 'result', ok: true, verified: 2 });
    const bytes = randomBytes(300_000);
    const file = join(root, 'plan.bin');
    writeFileSync(file, bytes);
    const sent = await finch.run('send', file, '--room', 'friends', '--expect', '2');
    expect(sent.lines.at(-1)).toMatchObject({ type: 'result', ok: true, verified: 2 });
    for (const one of [wren, robin]) expect(readFileSync(join(one.downloads, 'plan.bin'))).toEqual(bytes);

    expect((await wren.run('remove', 'Robin', '--room', 'friends')).status).toBe(1);
    const watching = await ready(robin.start('watch', '--room', 'friends'));
    done(await finch.run('remove', 'Robin', '--room', 'friends'));
    expect((await watching.ended).status).toBe(1);
    expect(await robins.find('room-closed')).toMatchObject({
      room: 'friends',
      reason: 'removed',
      by: { name: 'Finch' },
    });
    const after = await finch.run('say', 'among us', '--room', 'friends');
    expect(after.lines.at(-1)).toMatchObject({ ok: true, verified: 1, expected: 1 });
    const refused = await robin.run('say', 'but', '--room', 'friends');
    expect(of(refused.lines, 'problem')[0]?.['code']).toBe('room-closed');
    expect(robins.lines().some((line) => line['text'] === 'among us')).toBe(false);
    expect(up.lines().some((line) => line['text'] === 'but')).toBe(false);
  },
);

scene('both start again: the room is there and works, also for who comes for one command', async (here) => {
  const { finch, wren, ready } = here;
  const start = (one: Profile): Promise<Program> => ready(one.start('up', '--no-open'));
  const first = [await start(finch), await start(wren)];
  done(await finch.run('create', 'club'));
  await until('Wren is seen', () => first[0]?.lines().some(({ type }) => type === 'member-joined') ?? false);
  done(await finch.run('add', 'Wren', '--room', 'club'));
  expect(await first[1]?.find('room-offered')).toMatchObject({ name: 'club', from: { name: 'Finch' } });
  done(await wren.run('join', '--offered', 'club'));
  // No goodbye for one of them.
  first[0]?.child.kill('SIGKILL');
  done(await wren.run('stop'));
  await Promise.all(first.map((one) => one.ended));
  await start(finch);
  const late = await wren.run('say', 'back again', '--room', 'club');
  expect(late.lines.at(-1)).toMatchObject({ ok: true, verified: 1 });
  await start(wren);
  const said = await finch.run('say', 'good', '--room', 'club');
  expect(said.lines.at(-1)).toMatchObject({ ok: true, verified: 1 });
  done(await wren.run('quit', 'club'));
  expect((await roomsOf(wren)).find(({ room }) => room === 'club')).toMatchObject({ state: 'left' });
  done(await wren.run('quit', 'club'));
  expect((await roomsOf(wren)).map(({ room }) => room)).toEqual(['lobby']);
  const members = (await finch.run('members', '--room', 'club')).lines.map(({ name }) => name);
  expect(members).toEqual(['Finch']);
});

scene('@NAME is the two of us; the number that both see is the same, and the mark stays', async (here) => {
  const { finch, wren, ready } = here;
  const wrens = await ready(wren.start('up', '--no-open'));
  await ready(finch.start('up', '--no-open'));
  await wrens.find('member-joined');
  // Both open it, and speak, at the same moment.
  for (const said of await Promise.all([
    finch.run('say', 'between us', '--room', '@Wren'),
    wren.run('say', 'indeed', '--room', '@Finch'),
  ]))
    done(said);
  const directs = async (one: Profile): Promise<readonly Line[]> =>
    (await roomsOf(one)).filter(({ kind }) => kind === 'direct');
  const textsOf = async (one: Profile): Promise<string> => {
    const texts: string[] = [];
    for (const { room } of await directs(one))
      for (const { text } of (await one.run('history', '--room', String(room))).lines)
        if (typeof text === 'string') texts.push(text);
    return texts.toSorted().join(', ');
  };
  for (const one of [finch, wren])
    await until('both are read', async () => (await textsOf(one)) === 'between us, indeed');
  const [[theirs], [ours]] = [await directs(finch), await directs(wren)];
  expect([theirs?.['room'], ours?.['room'], theirs?.['id']]).toEqual(['@Wren', '@Finch', ours?.['id']]);
  const said = await finch.run('say', 'so we are', '--room', '@Wren');
  expect(said.lines.at(-1)).toMatchObject({ ok: true, verified: 1 });

  const numbers = [await finch.run('verify', 'Wren'), await wren.run('verify', 'Finch')].map(
    ({ lines }) => of(lines, 'verification')[0],
  );
  expect(numbers[0]?.['safetyNumber']).toHaveLength(12);
  expect(numbers[0]?.['safetyNumber']).toEqual(numbers[1]?.['safetyNumber']);
  expect(numbers[0]?.['verified']).toBe(false);
  done(await finch.run('verify', 'Wren', '--confirm'));
  done(await finch.run('stop'));
  await ready(finch.start('up', '--no-open'));
  expect(of((await finch.run('verify', 'Wren')).lines, 'verification')[0]?.['verified']).toBe(true);
});

scene(
  'who is added to a room is asked; what is declined does not come again, and opened nothing',
  async (here) => {
    const { finch, wren, ready } = here;
    const wrens = await ready(wren.start('up', '--no-open'));
    const finches = await ready(finch.start('up', '--no-open'));
    await until('Wren is seen', () => finches.lines().some(({ type }) => type === 'member-joined'));
    done(await finch.run('create', 'club'));
    done(await finch.run('create', 'den'));
    for (const room of ['club', 'den']) done(await finch.run('add', 'Wren', '--room', room));
    await until('both offers', () => of(wrens.lines(), 'room-offered').length === 2);
    const offers = of(await roomsOf(wren), 'room-offer');
    expect(offers.map(({ name }) => String(name)).toSorted()).toEqual(['club', 'den']);
    expect(of(await roomsOf(wren), 'room').map(({ room }) => room)).toEqual(['lobby']);

    done(await wren.run('quit', '--offered', 'den'));
    const unknown = await wren.run('join', '--offered', 'den');
    expect([unknown.status, of(unknown.lines, 'problem')[0]?.['code']]).toEqual([1, 'offer-unknown']);
    // Whoever asked is told, and may ask again.
    expect(await finches.find('member-declined')).toMatchObject({ room: 'den', member: { name: 'Wren' } });
    const inDen = (): Promise<string> =>
      finch.run('members', '--room', 'den').then(({ lines }) => lines.map(({ name }) => name).join());
    let members = await inDen();
    for (let i = 0; i < 10 && members !== 'Finch'; i++) members = await inDen();
    expect(members).toBe('Finch');
    done(await finch.run('add', 'Wren', '--room', 'den'));
    await until('it is asked again', () => of(wrens.lines(), 'room-offered').length === 3);
    done(await wren.run('quit', '--offered', 'den'));
    await until('a second no', () => of(finches.lines(), 'member-declined').length === 2);
    // The other one is kept over a restart, and opened by the beginning of its id.
    done(await wren.run('stop'));
    await ready(wren.start('up', '--no-open'));
    const [kept, ...others] = of(await roomsOf(wren), 'room-offer');
    expect(others).toEqual([]);
    done(await wren.run('join', '--offered', String(kept?.['id']).slice(0, 10)));
    const said = await wren.run('say', 'here I am', '--room', 'club');
    expect(said.lines.at(-1)).toMatchObject({ ok: true, verified: 1 });
    await until('no offer again', async () => of(await roomsOf(wren), 'room-offer').length === 0);
  },
);

scene(
  'a room gets another name; an invite that is taken back opens nothing, nor does one’s own',
  async (here) => {
    const { finch, wren, ready } = here;
    await ready(finch.start('up', '--no-open'));
    await ready(wren.start('up', '--no-open'));
    done(await finch.run('create', 'plans'));
    const link = await inviteTo(finch, 'plans');
    const own = await finch.run('join', link);
    expect([own.status, of(own.lines, 'problem')[0]?.['code']]).toEqual([1, 'invite-own']);
    done(await finch.run('invite', 'plans', '--revoke'));
    const late = await wren.run('join', link);
    expect([late.status, of(late.lines, 'problem')[0]?.['code']]).toEqual([1, 'invite-unknown']);
    done(await wren.run('join', await inviteTo(finch, 'plans')));

    expect((await wren.run('set-room', 'plans', '--title', 'ours')).status).toBe(1);
    expect((await finch.run('set-room', 'plans')).status).toBe(2);
    done(await finch.run('set-room', 'plans', '--title', 'summer', '--history', '7d'));
    await until('the new name', async () =>
      of(await roomsOf(wren), 'room').some(
        ({ room, name, history }) =>
          room === 'plans' && name === 'summer' && (history as { days?: number }).days === 7,
      ),
    );
  },
);

scene('two compare seven pictures, each in its terminal', async (here) => {
  const { finch, wren, ready } = here;
  const wrens = await ready(wren.start('up', '--no-open'));
  await ready(finch.start('up', '--no-open'));
  await wrens.find('member-joined');
  const asking = await ready(finch.start('verify', 'Wren', '--emoji'), 'emoji');
  await wrens.find('emoji');
  const answering = await ready(wren.start('verify', 'Finch', '--emoji'), 'emoji');
  const seen = [];
  for (const one of [asking, answering]) {
    await until('the pictures', () => of(one.lines(), 'emoji').some(({ stage }) => stage === 'compare'));
    const shown = of(one.lines(), 'emoji').find(({ stage }) => stage === 'compare')?.['emoji'];
    seen.push(JSON.stringify(shown));
    expect(shown).toHaveLength(7);
  }
  expect(seen[0]).toBe(seen[1]);
  asking.child.stdin?.write('maybe\nyes\n');
  answering.child.stdin?.write('yes\n');
  for (const one of [asking, answering]) done(await one.ended);
  expect(of((await finch.run('verify', 'Wren')).lines, 'verification')[0]?.['verified']).toBe(true);

  const again = await ready(finch.start('verify', 'Wren', '--emoji'), 'emoji');
  await until(
    'asked again',
    () => of(wrens.lines(), 'emoji').filter(({ stage }) => stage === 'asked').length === 2,
  );
  const doubtful = await ready(wren.start('verify', 'Finch', '--emoji'), 'emoji');
  await until('the pictures', () => of(doubtful.lines(), 'emoji').some(({ stage }) => stage === 'compare'));
  doubtful.child.stdin?.write('no\n');
  expect((await doubtful.ended).status).toBe(1);
  expect((await again.ended).status).toBe(1);
});
