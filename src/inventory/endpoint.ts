import type { Duplex } from 'node:stream'

/** Where something listens, as the one who asks sees it. */
export type Endpoint = { readonly host: string; readonly port: number } | { readonly socketPath: string }

/** A stream to it, or why there is none: the sshd on the way forbids it, or nobody listens. */
export type Opened =
  | { readonly status: 'open'; readonly stream: Duplex }
  | { readonly status: 'forbidden' | 'failed'; readonly why: string }

export const formatEndpoint = (place: Endpoint): string =>
  'socketPath' in place ? place.socketPath : `${place.host}:${place.port}`
