/** What a new private room begins with: the genesis of its membership log, its secret, and the first epoch. */
import type { Bytes } from '../../base/bytes.ts';
import type { Context } from '../context.ts';
import { sealEpoch } from '../secrecy/epoch-seal.ts';
import type { Epoch } from '../secrecy/epoch.ts';
import { SECRET_BYTES } from '../secrecy/limits.ts';
import { signOperation } from '../wire/operation.ts';
import type { Operation } from '../wire/operation.ts';
import type { HistoryPolicy } from '../wire/operation-body.ts';
import { isTagTaken, tagOf } from './epochs.ts';

export interface NewRoom {
  readonly genesis: Operation;
  readonly secret: Bytes;
  readonly first: { readonly epoch: Epoch; readonly secret: Bytes };
}

/** `prekey`: ours, public. */
export function beginRoom(
  { crypto, self }: Pick<Context, 'crypto' | 'self'>,
  prekey: Bytes,
  roomName: string,
  history: HistoryPolicy,
): NewRoom {
  const secret = crypto.randomBytes(SECRET_BYTES);
  const { publicKey, name } = self;
  const genesis = signOperation(crypto, {
    room: undefined,
    publicKey,
    sequence: 1,
    previous: undefined,
    authority: undefined,
    parents: [],
    depth: 1,
    body: { kind: 'genesis', prekey, name, roomName, history, secretHash: crypto.sha256(secret) },
  });
  const recipients = [{ member: self.id, prekey }];
  const draft = { room: genesis.room, publicKey, generation: 1, heads: [genesis.id], recipients };
  let first = sealEpoch(crypto, draft);
  // 0 is what public rooms have.
  while (isTagTaken(tagOf(crypto, first.epoch.id, first.secret), [])) first = sealEpoch(crypto, draft);
  return { genesis, secret, first };
}
