import { judgeKey, type KnownHosts, readKnownHosts } from './known-hosts.ts'
import type { KnownHostsFiles } from './known-hosts-files.ts'
import type { KnownHostsLine } from './known-hosts-line.ts'

/** The known_hosts files of one run: each is read once, and grows by what the run writes down. */
export interface KnownHostsStore {
  readonly open: (paths: readonly string[]) => Promise<KnownHostsOf>
  readonly add: (path: string, entry: NewEntry) => Promise<void>
}

/** Files that are asked together, as one. */
export interface KnownHostsOf {
  readonly linesFor: (name: string) => readonly KnownHostsLine[]
}

export interface NewEntry {
  readonly name: string
  readonly key: Buffer
  readonly isHashed: boolean
}

export function makeKnownHostsStore(files: KnownHostsFiles): KnownHostsStore {
  const known = new Map<string, Promise<KnownHosts>>()
  const open = (path: string) => {
    const file = known.get(path) ?? files.read(path).then(readKnownHosts)
    known.set(path, file)
    return file
  }
  return {
    open: async (paths) => {
      const all = await Promise.all(paths.map(open))
      return { linesFor: (name) => all.flatMap(({ linesFor }) => linesFor(name)) }
    },
    add: async (path, entry) => {
      const file = await open(path)
      if (judgeKey(file.linesFor(entry.name), entry.key) === 'known') return
      // Known to this run before it is on disk, and also where that fails: one key a host, from its first connection on.
      file.add(entry.name, entry.key)
      await files.append(path, entry)
    },
  }
}
