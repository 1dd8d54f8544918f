import type { Duplex } from 'node:stream'

/** Where something listens, as the one who asks sees it. */
export type Place = { readonly host: string; readonly port: number } | { readonly socketPath: string }

/** A stream to it, or why there is none: the sshd on the way forbids it, or nobody listens. */
export type Opened =
  | { readonly is: 'open'; readonly stream: Duplex }
  | { readonly is: 'forbidden' | 'failed'; readonly why: string }

export const sayPlace = (place: Place): string =>
  'socketPath' in place ? place.socketPath : `${place.host}:${place.port}`
