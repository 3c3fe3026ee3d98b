/** All checkers, in the order in which they look at each observation. */
import { agreementChecker } from './agreement.ts';
import type { CheckerFactory } from './checker.ts';
import { duplicateChecker } from './duplicate.ts';
import { fileBytesChecker } from './file-bytes.ts';
import { groupsChecker } from './groups.ts';
import { honestSuccessChecker } from './honest-success.ts';
import { inventedChecker } from './invented.ts';
import { membershipChecker } from './membership.ts';
import { memoryChecker } from './memory.ts';
import { orderChecker } from './order.ts';
import { progressChecker } from './progress.ts';
import { timelineChecker } from './timeline.ts';
import { trafficChecker } from './traffic.ts';

export const ALL_CHECKERS: readonly CheckerFactory[] = [
  inventedChecker,
  duplicateChecker,
  orderChecker,
  fileBytesChecker,
  honestSuccessChecker,
  progressChecker,
  membershipChecker,
  agreementChecker,
  timelineChecker,
  groupsChecker,
  memoryChecker,
  trafficChecker,
];
