/** Every byte that reaches a disk is the sender's byte at that place, and a file gets its name only when all are there. */
import type { TransferId } from '../../src/base/ids.ts';
import { BLOCK_BYTES } from '../../src/core/limits.ts';
import type { Reception } from '../ledger.ts';
import type { SimNode } from '../node.ts';
import type { PeerEvent } from '../../src/core/api.ts';
import { Violation } from '../violation.ts';
import type { Checker, CheckerFactory } from './checker.ts';

const NAME = 'file-bytes';

export const fileBytesChecker: CheckerFactory = ({ ledger }): Checker => {
  const written = new WeakMap<Reception, Set<number>>();

  const receptionOf = (node: SimNode, transfer: TransferId): Reception => {
    const reception = ledger.reception(node, transfer);
    if (reception === undefined) {
      throw new Violation(NAME, `node ${node.index} writes a file that it was not offered: ${transfer}`);
    }
    return reception;
  };

  const checkWrite = (node: SimNode, event: PeerEvent & { type: 'write-block' }): void => {
    const reception = receptionOf(node, event.transfer);
    const { block, offset, bytes } = event;
    const where = `node ${node.index}, block ${block} of ${event.transfer}`;
    if (reception.decision !== 'accepted') throw new Violation(NAME, `${where}: written without an accept`);
    if (offset !== block * BLOCK_BYTES) throw new Violation(NAME, `${where}: written at ${offset}`);
    const source = reception.transfer.content.bytes.subarray(offset, offset + BLOCK_BYTES);
    if (Buffer.compare(source, bytes) !== 0) throw new Violation(NAME, `${where}: differs from the source`);
    let blocks = written.get(reception);
    if (blocks === undefined) written.set(reception, (blocks = new Set()));
    const isKept = node.fileServer.files.has(event.transfer, block);
    if (isKept && (blocks.has(block) || reception.restoredBlocks.has(block)))
      throw new Violation(NAME, `${where}: written twice`);
    blocks.add(block);
  };

  const checkFinish = (node: SimNode, transfer: TransferId): void => {
    const reception = receptionOf(node, transfer);
    const blockCount = Math.ceil(reception.transfer.content.bytes.length / BLOCK_BYTES);
    const writtenCount = new Set([...(written.get(reception) ?? []), ...reception.restoredBlocks]).size;
    if (writtenCount !== blockCount) {
      throw new Violation(
        NAME,
        `node ${node.index} finishes ${transfer} with ${writtenCount} of ${blockCount} blocks`,
      );
    }
  };

  return {
    name: NAME,
    observe(_now, observation) {
      if (observation.type !== 'event') return;
      const { node, event } = observation;
      if (event.type === 'write-block') checkWrite(node, event);
      else if (event.type === 'finish-file') checkFinish(node, event.transfer);
    },
  };
};
