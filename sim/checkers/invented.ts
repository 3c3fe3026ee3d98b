/** What is shown was said: by that member, in that room, in those words, and durable before anyone else saw it. */
import type { PeerEvent } from '../../src/core/api.ts';
import type { KnownRecord } from '../ledger.ts';
import { shownWords } from '../words-of.ts';
import type { SimNode } from '../node.ts';
import { Violation } from '../violation.ts';
import type { Checker, CheckerFactory } from './checker.ts';

const NAME = 'invented';

export const inventedChecker: CheckerFactory = ({ ledger }): Checker => {
  const fail = (node: SimNode, what: string): never => {
    throw new Violation(NAME, `node ${node.index}: ${what}`);
  };

  /** The record that the core wrote for a command says what the command said. */
  const checkAuthored = (node: SimNode, event: PeerEvent & { type: 'store-record' }): void => {
    const record = ledger.records.get(event.id);
    if (record === undefined) return fail(node, `stores a record that is not one: ${event.id}`);
    if (record.author !== node) fail(node, `stores a record of node ${record.author.index} as its own`);
    if (event.token === 0) return;
    const text = ledger.said(node, event.token);
    const file = ledger.offered(node, event.token);
    if (text === undefined && file === undefined) fail(node, `token ${event.token} was never given`);
    if (text !== record.text) fail(node, `the record of token ${event.token} says something else`);
    if (file?.size !== record.file?.size || file?.name !== record.file?.name) {
      fail(node, `the record of token ${event.token} offers another file`);
    }
  };

  const checkShown = (
    now: number,
    node: SimNode,
    event: PeerEvent & { type: 'message' | 'annotation' | 'transfer-offered' },
  ): void => {
    const id = event.type === 'transfer-offered' ? event.message : event.id;
    const record = ledger.records.get(id);
    if (record === undefined) return fail(node, `was shown ${id}, which nobody wrote`);
    if (record.author.id !== event.from) fail(node, `was shown ${id} under the id of another author`);
    if (record.room !== event.room) fail(node, `was shown ${id} in another room`);
    if (event.own !== (record.author === node)) fail(node, `was told the wrong ownership of ${id}`);
    if (!hasSamePlace(record, event)) fail(node, `was shown ${id} at another place, time or name`);
    if (event.type !== 'transfer-offered' && shownWords(event) !== record.text)
      fail(node, `was shown another text for ${id}`);
    if (event.type === 'transfer-offered') {
      if (event.file.size !== record.file?.size || event.file.name !== record.file.name) {
        fail(node, `was offered another file for ${id}`);
      }
    }
    if (record.durableAt === undefined || record.durableAt > now) {
      fail(node, `was shown ${id} before its author's store had it`);
    }
  };

  return {
    name: NAME,
    observe(now, observation) {
      if (observation.type !== 'event') return;
      const { node, event } = observation;
      if (event.type === 'store-record') checkAuthored(node, event);
      else if (event.type === 'message' || event.type === 'annotation' || event.type === 'transfer-offered')
        checkShown(now, node, event);
    },
  };
};

const hasSamePlace = (
  record: KnownRecord,
  event: PeerEvent & { type: 'message' | 'annotation' | 'transfer-offered' },
): boolean =>
  record.sequence === event.sequence &&
  record.depth === event.depth &&
  record.at === event.at &&
  record.name === event.name;
