import { writeFileSync } from 'node:fs'
import type { KeyPair } from './key-pair.ts'
import { manifestText } from './manifest-text.ts'

/** A practice fleet that runs: real SSH servers on loopback. */
export interface Lab {
  readonly folder: string
  readonly servers: readonly ListedServer[]
  readonly end: () => Promise<void>
}

export interface ListedServer {
  readonly name: string
  readonly group: string
  readonly port: number
  readonly story: string
}

/** A server that listens; `shown` is the host key that known_hosts is to have for it. */
export type Started = ListedServer & { readonly shown: string; readonly end: () => Promise<void> }

/** Who logs in, on every server of a lab. */
export const user = 'deploy'

type Written = { readonly folder: string; readonly key: KeyPair; readonly started: readonly Started[] }

/** Writes what a client needs: manifest, key and known_hosts. */
export function scaffoldLab({ folder, key, started }: Written): Lab {
  writeFileSync(`${folder}/key`, key.private, { mode: 0o600 })
  writeFileSync(`${folder}/known_hosts`, started.map(({ port, shown }) => `[127.0.0.1]:${port} ${shown}\n`).join(''))
  writeFileSync(`${folder}/Manifest.yml`, manifestText(started))
  return {
    folder,
    servers: started.map(({ name, group, port, story }) => ({ name, group, port, story })),
    end: async () => {
      await Promise.all(started.map(({ end }) => end()))
    },
  }
}
