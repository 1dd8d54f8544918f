import { ConnectError } from '../connect-error.ts'
import { isStillNew } from '../host-keys/host-key.ts'
import { type KnownHosts, readKnownHosts } from './known-hosts.ts'
import type { NewEntry, ReplacedEntry } from './known-hosts-entry.ts'
import type { KnownHostsFiles } from './known-hosts-files.ts'
import type { KnownHostsLine } from './known-hosts-line.ts'

/** The known_hosts files of one run: each is read once, and grows by what the run writes down. */
export interface KnownHostsStore {
  readonly open: (paths: readonly string[]) => Promise<KnownHostsOf>
  /** Writes a key down; throws a ConnectError where another one of that type stands there by now. */
  readonly add: (path: string, entry: NewEntry) => Promise<void>
  /** What is on record of a host that was made anew goes; its new keys come into the first of the files. */
  readonly replace: (paths: readonly string[], renewed: ReplacedEntry) => Promise<void>
}

/** Files that are asked together, as one. */
export interface KnownHostsOf {
  readonly linesFor: (name: string) => Promise<readonly KnownHostsLine[]>
}

export function makeKnownHostsStore(files: KnownHostsFiles): KnownHostsStore {
  const known = new Map<string, Promise<KnownHosts>>()
  const open = (path: string) => {
    const file = known.get(path) ?? files.read(path).then(readKnownHosts)
    known.set(path, file)
    return file
  }
  let judging: Promise<unknown> = Promise.resolve()
  return {
    open: async (paths) => {
      const all = await Promise.all(paths.map(async (path) => ({ path, file: await open(path) })))
      const linesIn = async ({ path, file }: (typeof all)[number], name: string) =>
        (await file.linesFor(name)).map((line) => ({ ...line, file: path }))
      return { linesFor: async (name) => (await Promise.all(all.map((one) => linesIn(one, name)))).flat() }
    },
    replace: async (paths, renewed) => {
      for (const [index, path] of paths.entries()) {
        await files.replace(path, index === 0 ? renewed : { ...renewed, keys: [] })
        known.delete(path)
      }
    },
    add: async (path, entry) => {
      const file = await open(path)
      const { key } = entry
      const name = entry.name.toLowerCase()
      // One after the other: of two servers that show different keys under one name, only the first is believed.
      const isNew = judging.then(async () => {
        if (!isStillNew(await file.linesFor(name), entry)) return false
        // Known to this run before it is on disk, and also where that fails: one key a host, from its first connection on.
        file.add(name, key)
        return true
      })
      judging = isNew.catch(() => undefined)
      if (!(await isNew)) return
      await files.append(path, entry).catch((error: unknown) => {
        // Another key stands there by now: it is the one to believe.
        if (error instanceof ConnectError && error.kind !== 'config') known.delete(path)
        throw error
      })
    },
  }
}
