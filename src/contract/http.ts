/** What there is over HTTP beside the socket. */

export interface UploadList {
  /** `path` with `/`, relative; `modifiedAt` in Unix milliseconds. */
  readonly files: readonly {
    readonly path: string;
    readonly size: number;
    readonly modifiedAt?: number | undefined;
  }[];
  /** Those that nothing is in. */
  readonly folders?: readonly string[] | undefined;
}

/**
 * HTTP beside the socket, same origin, all with `Authorization: Bearer TOKEN` but the first two:
 * - GET /…                        the UI's own files
 * - POST /api/ticket {ticket}     → {token}; the ticket is single-use and lives 60 s
 * - POST /api/upload?room=R&name=N  body: the file's bytes, Content-Length required → TransferInfo
 * - POST /api/upload-folder?room=R&name=N  → TransferInfo. One body for a folder or several files, Content-Length required: a
 *   big-endian u32, the bytes of a list; the list, `UploadList` in JSON; then the bytes of each file in its order. Where all
 *   paths begin with one folder, that is what is sent; else N is the name of the folder they arrive in.
 *
 * Files that arrived come from another port, and so another origin: `file-link` has their address. They come as attachments, in
 * parts where a part is asked for; with `?inline=1` raster images, sounds and films by their sniffed type.
 */
export const HTTP = {
  ticket: '/api/ticket',
  upload: '/api/upload',
  uploadFolder: '/api/upload-folder',
  socket: '/api/socket',
} as const;
export const CLOSE_UNAUTHENTICATED = 4401;
