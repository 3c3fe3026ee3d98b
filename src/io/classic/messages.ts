/** What the daemon and the engine say to each other about the room of the original tool. */

export type ClassicCommand =
  | { readonly type: 'classic-join'; readonly receives: boolean }
  | { readonly type: 'classic-quit' }
  | { readonly type: 'classic-say'; readonly text: string; readonly token: number }
  /** `transfer` names it from now on; the file's bytes leave at most at this rate. */
  | {
      readonly type: 'classic-send';
      readonly transfer: string;
      readonly path: string;
      readonly name: string;
      readonly bytesPerMs: number;
    }
  | { readonly type: 'classic-cancel'; readonly transfer: string };

export type ClassicEvent =
  | { readonly type: 'joined' | 'quit' }
  /** `port-taken`: another profile of this machine, or the original tool itself, is there. */
  | { readonly type: 'unusable'; readonly reason: 'port-taken' | 'no-network'; readonly error: string }
  | { readonly type: 'member-joined'; readonly host: string }
  | { readonly type: 'member-left'; readonly host: string; readonly reason: 'quit' | 'expired' }
  | { readonly type: 'text'; readonly host: string; readonly text: string }
  /** It has left, in so many datagrams; none where too much waits already. */
  | { readonly type: 'said'; readonly token: number; readonly datagrams: number }
  | { readonly type: 'file-begun'; readonly transfer: string; readonly host: string; readonly name: string }
  /** Of a file in either direction. */
  | { readonly type: 'file-progress'; readonly transfer: string; readonly bytes: number }
  /** A file that came: what there is of it is at `path`, where anything is. */
  | {
      readonly type: 'file-came';
      readonly transfer: string;
      readonly outcome: 'complete' | 'incomplete' | 'disk-full' | 'disk-error' | 'cancelled';
      readonly bytes: number;
      readonly path?: string;
      readonly mediaType?: string;
    }
  /** An own file has left whole, or not. */
  | {
      readonly type: 'file-sent';
      readonly transfer: string;
      readonly outcome: 'sent' | 'file-unreadable' | 'file-changed' | 'cancelled';
      readonly bytes: number;
    };

/** For lists: who was heard when. */
export interface ClassicMemberView {
  readonly host: string;
  readonly silentMs: number;
}
