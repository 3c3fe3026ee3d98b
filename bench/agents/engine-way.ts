/** The engine alone, without a daemon around it: records count as stored at once, files are accepted. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RoomId } from '../../src/base/ids.ts';
import type { EngineCommand, EngineEvent } from '../../src/io/engine-messages.ts';
import type { Way } from './latency.ts';

type Engine = typeof import('../../src/io/engine.ts');
type Peers = typeof import('../../src/core/peer.ts');
type Sockets = typeof import('../../src/io/sockets/choose.ts');
type Groups = typeof import('../../src/core/room/groups.ts');
type Crypto = typeof import('../../src/io/crypto.ts');

export function engineWay({ tree = '', name = '', downloads = '' }: Record<string, string>): Way {
  const load = <T>(path: string): Promise<T> =>
    import(pathToFileURL(join(tree, 'src', path)).href) as Promise<T>;
  let room: RoomId;
  let run: (command: Exclude<EngineCommand, { type: 'stop' }>) => void = () => undefined;
  let token = 0;
  return {
    async start(hear, onMembers) {
      const { startEngine } = await load<Engine>('io/engine.ts');
      const { Peer } = await load<Peers>('core/peer.ts');
      const { chooseSockets } = await load<Sockets>('io/sockets/choose.ts');
      const { publicRoomId } = await load<Groups>('core/room/groups.ts');
      const { nodeCrypto } = await load<Crypto>('io/crypto.ts');
      const { privateKey } = generateKeyPairSync('ed25519');
      const privateKeyPkcs8 = new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' }));
      const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
      room = publicRoomId(nodeCrypto(privateKeyPkcs8), 'lobby');
      let memberCount = 0;
      const post = (event: EngineEvent): void => {
        if (event.type === 'problem') process.stderr.write(`${JSON.stringify(event)}\n`);
        if (event.type !== 'core') return;
        const { event: inner } = event;
        // The core takes no command while its events are being drained; the daemon answers later, too.
        if (inner.type === 'message' && !inner.own) hear(inner.text);
        else if (inner.type === 'store-record') {
          setImmediate(() => run({ type: 'record-stored', room: inner.room, id: inner.id }));
        } else if (inner.type === 'keep-record') {
          setImmediate(() => run({ type: 'records-kept', room: inner.room, serial: inner.serial }));
        } else if (inner.type === 'transfer-offered' && !inner.own) {
          setImmediate(() => run({ type: 'accept', transfer: inner.transfer }));
        } else if (inner.type === 'member-joined') onMembers(++memberCount);
      };
      const started = await startEngine(
        {
          publicKey: new Uint8Array(spki.subarray(12)),
          privateKeyPkcs8,
          name,
          port: 27420,
          interfaces: ['eth0'],
          downloads,
          manifests: join(downloads, '.packs'),
        },
        { sockets: await chooseSockets(undefined), createPeer: (config) => new Peer(config), post },
      );
      if (!started.ok) throw new Error(started.error.code);
      run = (command) => started.value.command(command);
      run({ type: 'join', room, history: { records: [], floors: [], catchUp: false } });
    },
    say: (text) => run({ type: 'say', room, text, at: Date.now(), token: ++token }),
    offer: (path) => run({ type: 'offer', room, path, name: 'beside.bin', at: Date.now(), token: ++token }),
  };
}
