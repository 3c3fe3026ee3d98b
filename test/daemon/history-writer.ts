/** Run by history-crash.test.ts: keeps batches of lines, and says the number of each once it is durable, until it is killed. */
import type { MemberId, RecordId, RoomId } from '../../src/base/ids.ts';
import { openStore } from '../../src/store/store.ts';

const LINES = 20;
const [path = '', first = '0'] = process.argv.slice(2);
const opened = openStore(path);
if (!opened.ok) throw new Error(opened.error.detail);
const author = 'a'.repeat(32) as MemberId;
for (let batch = Number(first); ; batch++) {
  opened.value.history.keep(
    Array.from({ length: LINES }, (_, i) => {
      const sequence = batch * LINES + i + 1;
      return {
        room: 'b'.repeat(32) as RoomId,
        id: sequence.toString(16).padStart(64, '0') as RecordId,
        author,
        sequence,
        depth: sequence,
        at: sequence,
        own: false,
        name: 'Wren',
        audience: '',
        bytes: Uint8Array.of(1),
        content: { kind: 'message', text: `line ${sequence} of batch ${batch}` },
      } as const;
    }),
  );
  process.stdout.write(`${batch}\n`);
}
