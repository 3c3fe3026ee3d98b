/**
 * A member that offers one file under each of the names given, whatever they are: its own program cannot be relied on
 * to refuse them. `node rogue.ts PATH '["name", …]'` prints each event of its engine as a JSON line.
 */
import { generateKeyPairSync } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_PORT } from '../../src/core/limits.ts';
import { publicRoomId } from '../../src/core/room/groups.ts';
import { startWorkerEngine } from '../../src/daemon/engine.ts';
import { nodeCrypto } from '../../src/io/crypto.ts';
import type { EngineEvent } from '../../src/io/engine-messages.ts';

const [path = '', namesJson = '[]'] = process.argv.slice(2);
const names = JSON.parse(namesJson) as string[];
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const privateKeyPkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
const room = publicRoomId(nodeCrypto(privateKeyPkcs8), 'lobby');
const config = {
  publicKey: Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'),
  privateKeyPkcs8,
  name: 'Rogue',
  port: DEFAULT_PORT,
  interfaces: [],
  downloads: tmpdir(),
  manifests: join(tmpdir(), 'packs'),
};

function listen(event: EngineEvent): void {
  if (event.type === 'started') {
    engine.post({ type: 'join', room, history: { records: [], floors: [], catchUp: false } });
    setTimeout(offerAll, 2000);
  }
  const shown = event.type === 'core' ? event.event : event;
  if (shown.type === 'store-record') engine.post({ type: 'record-stored', room, id: shown.id });
  else if (shown.type === 'keep-record') engine.post({ type: 'records-kept', room, serial: shown.serial });
  else process.stdout.write(`${JSON.stringify(shown)}\n`);
}

function offerAll(): void {
  for (const [index, name] of names.entries()) {
    engine.post({ type: 'offer', room, path, name, at: Date.now(), token: index + 1 });
  }
}

const engine = startWorkerEngine(config, listen);
