/**
 * Says one thing in the lobby for each of COUNT people who are not there any more, so that HELLOs, which name what everybody said
 * last, are as long as they get. `node strangers.ts OWN_ADDRESS COUNT`
 */
import { createSocket } from 'node:dgram';
import { createIdentity } from '../../sim/crypto.ts';
import { seededRandom } from '../../src/base/prng.ts';
import { DEFAULT_PORT } from '../../src/core/limits.ts';
import { publicRoomId, roomGroups } from '../../src/core/room/groups.ts';
import { encodeFragment } from '../../src/core/wire/fragment.ts';
import { recordPrefix } from '../../src/core/wire/id-bytes.ts';
import { signRecord } from '../../src/core/wire/record.ts';

const [ownAddress = '', count = '0'] = process.argv.slice(2);
const socket = createSocket('udp4');
socket.bind(0, ownAddress, () => {
  socket.setMulticastInterface(ownAddress);
  for (let person = 0; person < Number(count); person++) {
    const { crypto, publicKey } = createIdentity(seededRandom(7000 + person), 'ed25519');
    const room = publicRoomId(crypto, 'lobby');
    const record = signRecord(crypto, {
      room,
      publicKey,
      incarnation: 'aa'.repeat(8),
      sequence: 1,
      previous: undefined,
      parents: [],
      depth: 1,
      at: Date.now(),
      name: `Gone${person}`,
      body: { kind: 'text', text: 'I was here' },
    });
    const datagram = encodeFragment(room, recordPrefix(record.id), record.bytes, 0);
    socket.send(datagram, DEFAULT_PORT, roomGroups(room).control);
  }
  setTimeout(() => socket.close(), 200);
});
