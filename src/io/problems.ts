/** What the I/O layer tells people, as stable codes with values; the words for them are in `src/words`. */

export type Values = Readonly<Record<string, string | number>>;

/** The engine cannot start. */
export interface IoFault {
  readonly code:
    /** `port`: another program holds it for itself alone. */
    | 'port-in-use'
    /** `first`, `last`: no port between them is free for unicast. */
    | 'unicast-ports-in-use'
    /** `interface`, `known`. */
    | 'interface-unknown'
    /** `error`: the system refuses UDP sockets altogether. */
    | 'network-unusable'
    /** The two halves of the profile's key do not belong together. */
    | 'key-mismatch';
  readonly values: Values;
}

/** Something is wrong, and the engine goes on. */
export interface IoProblem {
  readonly code:
    /** `interface`: skipped. */
    | 'interface-without-multicast'
    /** `count`, `used`. */
    | 'interfaces-too-many'
    /** `interface`, `group`, `error`: nothing of that group is heard there. */
    | 'group-join-failed'
    /** `group`, `port`, `error`: the group's socket could not be opened. */
    | 'group-unusable'
    /** `interface`, `error`: EPERM or EACCES, a local firewall. */
    | 'send-blocked'
    /** `interface`, `error`: EMSGSIZE. */
    | 'send-too-large'
    /** `interface`, `error`: ENETUNREACH, ENETDOWN, EADDRNOTAVAIL, EHOSTUNREACH. */
    | 'network-unreachable'
    /** `interface`, `error`: any other. */
    | 'send-failed'
    /** `path`, `error`: the downloads folder takes no file. */
    | 'downloads-unwritable'
    /** `name`, `count`, `paths`: of a folder that is sent. */
    | 'folder-skipped'
    /** `name`, `count`. */
    | 'folder-renamed'
    /** `name`, `count`: of a folder that was received. */
    | 'folder-links-left-out'
    /** `name`, `reason`, `path`: a pack that breaks a rule. */
    | 'pack-refused'
    /** `command`, `detail`: the core refused it. */
    | 'command-refused'
    /** `detail`: the engine broke and ends. */
    | 'engine-failed';
  readonly values: Values;
}

/** The errno name of a system error, or what there is instead. */
export function errorCode(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string') {
    return error.code;
  }
  return error instanceof Error ? error.name : 'unknown';
}
