/** The published vectors are what the code computes: a change of any format shows here, and needs a new version. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { SECRECY_VECTORS, secrecyVectors } from '../../scripts/secrecy-vectors.ts';

it('docs/vectors/secrecy.json is what scripts/secrecy-vectors.ts computes', () => {
  expect(JSON.parse(readFileSync(SECRECY_VECTORS, 'utf8'))).toEqual(secrecyVectors());
});
