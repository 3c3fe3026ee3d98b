/** System errors of files, as the core's four kinds. */
import type { DiskFault } from '../../core/api.ts';
import { errorCode } from '../problems.ts';

/** ENOSPC and a full quota are the same to the person: no room. */
export function writeFault(error: unknown): DiskFault {
  const code = errorCode(error);
  return code === 'ENOSPC' || code === 'EDQUOT' ? 'disk-full' : 'disk-error';
}
