import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeDoor } from '../../src/daemon/door.ts';
import { tryLock } from '../../src/daemon/lock.ts';
import { prepareProfile, profileAt } from '../../src/daemon/profile.ts';
import { roomIdOf } from '../../src/daemon/rooms.ts';
import { VERSION } from '../../src/daemon/version.ts';
import { openStore } from '../../src/store/store.ts';
import { loopback, Program } from './program.ts';
import { scene } from './scene.ts';

const types = (lines: readonly { type: string }[]): readonly string[] => lines.map((line) => line.type);

describe('two people', () => {
  scene(
    'say: ready, who is there, the message, the result; and watch shows it once',
    async ({ finch, wren, ready }) => {
      const watching = await ready(finch.start('watch'));
      const said = await wren.run('say', 'hello', 'there #1');
      expect(said.status, said.errors).toBe(0);
      expect(types(said.lines)).toEqual(['ready', 'member-joined', 'message', 'result']);
      expect(said.lines[0]).toMatchObject({ name: 'Wren', room: 'lobby' });
      expect(said.lines[1]).toMatchObject({ room: 'lobby', member: { name: 'Finch', address: '127.0.0.1' } });
      expect(said.lines.at(-1)).toEqual({ type: 'result', ok: true, verified: 1, failed: 0, expected: 1 });
      const message = await watching.find('message');
      expect(message).toMatchObject({ text: 'hello there #1', own: false, from: { name: 'Wren' } });
      expect(await watching.find('member-left')).toMatchObject({ reason: 'quit' });
      watching.child.kill('SIGTERM');
      const { status, lines } = await watching.ended;
      expect(status).toBe(0);
      expect(types(lines).filter((type) => type === 'message')).toHaveLength(1);
    },
  );

  scene(
    'send: everyone has it, byte for byte, and nothing is overwritten',
    async ({ root, finch, wren, ready }) => {
      const receiving = await ready(finch.start('receive', '--count', '3'));
      const path = join(root, 'report.pdf');
      const bytes = randomBytes(2_500_000);
      writeFileSync(path, bytes);
      writeFileSync(join(root, 'empty'), '');
      const sent = await wren.run('send', path, join(root, 'empty'), path, '--expect', '1');
      expect(sent.status, sent.errors).toBe(0);
      expect(sent.lines.at(-1)).toEqual({ type: 'result', ok: true, verified: 1, failed: 0, expected: 1 });
      const done = sent.lines.filter((line) => line.type === 'transfer-done');
      expect(done.map((line) => line['member'].name)).toEqual(['Finch', 'Finch', 'Finch']);
      expect(sent.errors).toContain('Finch: 100 % of report.pdf');
      const received = await receiving.ended;
      expect(received.status, received.errors).toBe(0);
      expect(received.lines.at(-1)).toMatchObject({ ok: true, verified: 3 });
      expect(readdirSync(finch.downloads).toSorted()).toEqual(['empty', 'report (2).pdf', 'report.pdf']);
      expect(readFileSync(join(finch.downloads, 'report.pdf'))).toEqual(bytes);
      expect(readFileSync(join(finch.downloads, 'report (2).pdf'))).toEqual(bytes);
    },
  );

  scene('rules: shown, set by room and by member, and they count', async ({ root, finch, wren, ready }) => {
    const bad = await finch.run('rules', '--accept', 'lots');
    expect(bad.status).toBe(2);
    expect((await finch.run('rules', '--room', 'lobby', '--member', 'Wren', '--accept', '1')).status).toBe(2);
    const watching = await ready(finch.start('watch'));
    await wren.run('say', 'hello');
    const set = await finch.run('rules', '--member', 'Wren', '--accept', '2 kB', '--daily', '1GB');
    expect(set.status, set.errors).toBe(0);
    expect(set.lines.find(({ type }) => type === 'rules')?.['rules'].members).toMatchObject([
      { member: { name: 'Wren' }, acceptBytes: 2000, onTheWayBytes: null, dayBytes: 1e9 },
    ]);
    const large = join(root, 'large');
    writeFileSync(large, randomBytes(3000));
    const asked = await wren.run('send', large, '--timeout', '2');
    expect(asked.status).not.toBe(0);
    expect(readdirSync(finch.downloads)).toEqual([]);
    const taken = await finch.run('rules', '--member', 'Wren', '--accept', 'default', '--daily', 'default');
    expect(taken.lines.find(({ type }) => type === 'rules')?.['rules'].members).toEqual([]);
    const shown = await finch.runPlainly('rules');
    expect(shown.output).toContain(
      'everybody  files up to 1.1 GB, 10.7 GB on their way, 53.7 GB in 24 hours',
    );
    watching.child.kill('SIGTERM');
    await watching.ended;
  });

  scene('say ends with 3 where a member that was there does not get it', async ({ finch, wren, ready }) => {
    const watching = await ready(finch.start('watch'));
    const staying = await ready(wren.start('watch'));
    await staying.find('member-joined');
    watching.child.kill('SIGSTOP');
    const said = await wren.run('say', 'anyone?', '--timeout', '1.5');
    watching.child.kill('SIGCONT');
    expect(said.status, said.errors).toBe(3);
    expect(said.lines.at(-1)).toEqual({ type: 'result', ok: false, verified: 0, failed: 1, expected: 1 });
  });

  scene('after QUIT and JOIN everyone is seen again', async ({ finch, wren, ready }) => {
    await ready(finch.start('watch'));
    const watching = await ready(wren.start('watch'));
    await watching.find('member-joined');
    expect((await wren.run('quit', 'lobby')).status).toBe(0);
    expect((await wren.run('join', 'lobby')).status).toBe(0);
    const seen = () => watching.lines().filter((line) => line.type === 'member-joined');
    for (let i = 0; i < 250 && seen().length < 2; i++) await new Promise((done) => setTimeout(done, 20));
    expect(seen().map((line) => line['member'].name)).toEqual(['Finch', 'Finch']);
  });

  scene('members and remove: a block that is taken back', async ({ finch, wren, ready }) => {
    await ready(finch.start('watch'));
    const listed = await wren.run('members');
    expect(types(listed.lines)).toEqual(['member', 'member']);
    expect(listed.lines.map((line) => line['name'])).toEqual(['Wren', 'Finch']);
    const removed = await wren.runPlainly('remove', 'Finch');
    expect(removed.status, removed.errors).toBe(0);
    expect(removed.errors).toContain('blocked for you alone');
    expect((await wren.run('members')).lines.find((line) => line['name'] === 'Finch')).toMatchObject({
      removed: true,
    });
    expect((await wren.run('remove', '--undo', 'Finch')).status).toBe(0);
    expect((await wren.run('members')).lines.find((line) => line['name'] === 'Finch')).toMatchObject({
      removed: false,
    });
    expect((await wren.run('remove', 'Heron')).status).toBe(1);
  });
});

describe('one profile', () => {
  scene('network: the interfaces to use are chosen, remembered and shown', async ({ finch }) => {
    for (const wrong of ['nope0', 'all,lo']) {
      const { status, lines } = await finch.run('network', '--use', wrong);
      expect([status, lines.find(({ type }) => type === 'problem')?.['code']]).toEqual([2, 'usage']);
    }
    const set = await finch.run('network', '--use', `${loopback},${loopback}`);
    expect(set.status).toBe(0);
    expect(set.lines.find(({ type }) => type === 'network-settings')).toMatchObject({
      interfaces: [loopback],
      hops: 1,
      fromNextStart: true,
    });
    const shown = await finch.runPlainly('network');
    expect(shown.output).toContain(`Networks used: only ${loopback}.`);
    const all = await finch.run('network', '--use', 'all');
    expect(all.lines.find(({ type }) => type === 'network-settings')?.['interfaces']).toEqual([]);
  });

  scene('one-shots continue one chain', async ({ finch }) => {
    for (let i = 0; i < 4; i++) expect((await finch.run('say', `word ${i}`)).status).toBe(0);
    const store = openStore(join(finch.folder, 'starling.db'));
    if (!store.ok) throw new Error(store.error.code);
    expect(store.value.history.restored(roomIdOf('lobby'))).toHaveLength(4);
    store.value.close();
  });

  scene(
    'a second `up` prints where the first is; flags that differ are named; `stop` ends it',
    async ({ root, finch, ready }) => {
      const up = await ready(finch.start('up', '--no-open'));
      const { url } = await up.find('ready');
      const again = await finch.runPlainly('up', '--no-open');
      expect(again.status).toBe(0);
      const { port } = new URL(url as string);
      expect(again.output).toMatch(
        new RegExp(`^Starling is at http://127\\.0\\.0\\.1:${port}/#ticket=\\S+\\n$`),
      );
      const differing = await new Program(['members', '--profile', finch.folder, '--name', 'Robin']).ended;
      expect(differing.status).toBe(2);
      expect(differing.errors).toContain('--name is Robin, but the running Starling has Finch');
      const other = await new Program(['members', '--profile', finch.folder, '--downloads', root, '--json'])
        .ended;
      expect(other.lines[0]).toMatchObject({ type: 'problem', code: 'flag-differs' });
      expect((await finch.run('stop')).status).toBe(0);
      expect((await up.ended).status).toBe(0);
      expect((await finch.runPlainly('stop')).errors).toContain('was not running');
    },
  );

  scene('rooms are joined, remembered, quit and remembered again', async ({ finch, ready }) => {
    expect((await finch.run('say', 'x', '--room', 'kitchen')).status).toBe(2);
    expect((await finch.run('join', 'kitchen')).status).toBe(0);
    expect((await finch.run('say', 'x', '--room', 'kitchen')).status).toBe(0);
    expect((await finch.run('quit', 'lobby')).status).toBe(0);
    const { lines } = await finch.run('rooms');
    expect(lines.map(({ room, joined }) => [room, joined])).toEqual([
      ['lobby', false],
      ['kitchen', true],
    ]);
    const up = await ready(finch.start('up', '--no-open'));
    const whileUp = (await finch.run('rooms')).lines.map((line) => [
      line['room'],
      line['joinedAt'] !== undefined,
    ]);
    expect(whileUp).toEqual([
      ['lobby', false],
      ['kitchen', true],
    ]);
    up.child.kill('SIGINT');
    expect((await up.ended).status).toBe(0);
  });

  scene('alone: say is fine, send is not, receive ends in time', async ({ root, finch }) => {
    const path = join(root, 'x');
    writeFileSync(path, 'x');
    const [said, sent, received] = [
      await finch.run('say', 'x'),
      await finch.run('send', path),
      await finch.run('receive', '--timeout', '0.2'),
    ];
    expect([said.status, sent.status, received.status]).toEqual([0, 1, 1]);
    expect(sent.lines.find((line) => line.type === 'problem')?.['code']).toBe('nobody-there');
    expect(received.lines.at(-1)).toMatchObject({ type: 'result', ok: false, verified: 0 });
  });

  scene('what cannot be is said, with the right status', async ({ root, finch }) => {
    const cases: readonly (readonly [readonly string[], number, string])[] = [
      [['send', join(root, 'none')], 1, 'file-missing'],
      [['send', '/dev/null'], 1, 'file-not-regular'],
      [['say', ' '], 2, 'text-empty'],
      [['say', 'x'.repeat(66_000)], 1, 'text-too-long'],
      [['say', 'x', '--interface', 'nope0'], 4, 'interface-unknown'],
      [['fly'], 2, 'usage'],
    ];
    for (const [args, status, code] of cases) {
      const ended = await finch.run(...args);
      expect([args[0], ended.status, ended.lines.find((line) => line.type === 'problem')?.['code']]).toEqual([
        args[0],
        status,
        code,
      ]);
    }
    writeFileSync(join(root, 'file'), '');
    const unfit = await new Program(['say', 'x', '--profile', join(root, 'file', 'x')]).ended;
    expect([unfit.status, unfit.errors]).toEqual([1, expect.stringContaining('cannot hold a profile')]);
  });

  scene('a text from standard input keeps its lines and its dashes', async ({ finch }) => {
    const saying = finch.start('say', '-');
    saying.child.stdin?.end('--json\nsecond 🐦\n');
    const { status, lines } = await saying.ended;
    expect(status).toBe(0);
    expect(lines.find((line) => line.type === 'message')?.['text']).toBe('--json\nsecond 🐦');
  });

  scene('a closed pipe ends quietly', async ({ finch, wren, ready }) => {
    const watching = await ready(finch.start('watch'));
    watching.child.stdout?.destroy();
    await wren.run('say', 'to nobody');
    const { status, errors } = await watching.ended;
    expect([status, errors]).toEqual([0, '']);
  });

  scene('help lists what works, in the language of the system', async () => {
    const help = await new Program(['--help']).ended;
    expect(help.status).toBe(0);
    expect(help.output).toContain('receive');
    for (const command of ['history', 'export', 'transfers', 'doctor'])
      expect(help.output).toContain(command);
    expect(help.output).not.toContain('--search');
    const chinese = await new Program(['send', '--help'], { LANG: 'zh_CN.UTF-8' }).ended;
    expect(chinese.output).toContain('等到有这么多成员');
    expect((await new Program(['--version']).ended).output.trim()).toBe(VERSION);
  });

  scene('a profile that another computer holds is refused, naming it', async ({ root }) => {
    const profile = profileAt(join(root, 'held'));
    prepareProfile(profile);
    const lock = tryLock(profile);
    const door = { pid: 1, port: 1, token: 'x', udpPort: 1, interfaces: [], downloads: root };
    writeDoor(profile, { ...door, host: 'attic.example' });
    const { status, lines } = await new Program(['members', '--profile', profile.folder, '--json']).ended;
    lock?.release();
    expect([status, lines[0]?.['code'], lines[0]?.['values'].host]).toEqual([
      1,
      'profile-elsewhere',
      'attic.example',
    ]);
  });
});

test('there is one version', () => {
  const text = readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8');
  expect((JSON.parse(text) as { version: string }).version).toBe(VERSION);
});
