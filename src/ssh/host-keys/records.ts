import type { HostOptions } from '../config/host-options.ts'
import { expandHome, type PathTokens } from '../config/path-tokens.ts'
import { askKnownHostsCommand } from '../known-hosts/known-hosts-command.ts'
import type { KnownHostsLine } from '../known-hosts/known-hosts-line.ts'
import type { KnownHostsStore } from '../known-hosts/known-hosts-store.ts'

/** Everything that is on record about host keys, for one host: known_hosts files and what KnownHostsCommand says. */
export interface HostRecords {
  readonly onFile: (name: string) => Promise<readonly KnownHostsLine[]>
  /** On file and by the command, which hears of the key that the host has shown, where it has shown one. */
  readonly linesFor: (name: string, key?: Buffer) => Promise<readonly KnownHostsLine[]>
  /** The file that new keys go to, where there is one. */
  readonly newKeysFile: string | undefined
}

type Question = {
  readonly options: HostOptions
  readonly tokens: PathTokens
  readonly store: KnownHostsStore
  readonly warn: (text: string) => void
}

export async function openRecords({ options, tokens, store, warn }: Question): Promise<HostRecords> {
  const { knownHostsFiles, globalKnownHostsFiles, knownHostsCommand } = options
  const userFiles = knownHostsFiles.map((path) => expandHome(path, tokens))
  const files = await store.open([...userFiles, ...globalKnownHostsFiles])
  const onFile = (name: string) => files.linesFor(name.toLowerCase())
  return {
    onFile,
    linesFor: async (name, key) => {
      const lines = await onFile(name)
      if (knownHostsCommand === undefined) return lines
      return [...lines, ...(await askKnownHostsCommand(knownHostsCommand, tokens, { name, key, warn }))]
    },
    newKeysFile: userFiles[0],
  }
}
