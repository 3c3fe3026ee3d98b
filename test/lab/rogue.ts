/**
 * A member that offers one file under each of the names given, whatever they are: its own program cannot be relied on
 * to refuse them. `node rogue.ts PATH '["name", …]'` prints each event of its engine as a JSON line.
 */
import { generateKeyPairSync } from 'node:crypto';
import { tmpdir } from 'node:os';
import { DEFAULT_PORT } from '../../src/core/limits.ts';
import { publicRoomId } from '../../src/core/room/groups.ts';
import { nodeCrypto } from '../../src/io/crypto.ts';
import { startEngine } from '../../src/io/engine-location.ts';

const [path = '', namesJson = '[]'] = process.argv.slice(2);
const names = JSON.parse(namesJson) as string[];
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const privateKeyPkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
const room = publicRoomId(nodeCrypto(privateKeyPkcs8), 'lobby');
const engine = startEngine({
  publicKey: Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'),
  privateKeyPkcs8,
  name: 'Rogue',
  port: DEFAULT_PORT,
  interfaces: [],
  downloads: tmpdir(),
});
engine.onEvent((event) => {
  if (event.type === 'started') {
    engine.post({ type: 'join', room, chain: { records: [], catchUp: false } });
    setTimeout(() => {
      for (const [index, name] of names.entries()) {
        engine.post({ type: 'offer', room, path, name, at: Date.now(), token: index + 1 });
      }
    }, 2000);
  }
  if (event.type === 'core') {
    const inner = event.event;
    if (inner.type === 'store-record') engine.post({ type: 'record-stored', room, id: inner.id });
    else process.stdout.write(`${JSON.stringify(inner)}\n`);
  } else process.stdout.write(`${JSON.stringify(event)}\n`);
});
