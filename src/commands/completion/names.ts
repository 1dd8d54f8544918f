import type { Candidate, Given } from './candidates.ts'

const readers: Readonly<Record<string, (given: Given) => Promise<readonly Candidate[]>>> = {
  group: groups,
  server: servers,
  exclude: servers,
  environment: environments,
  run: runs,
}

/** The names that a kind of option or argument may take; none on an error, which completion cannot show. */
export async function namesOf(kind: string, given: Given): Promise<readonly Candidate[]> {
  return (await readers[kind]?.(given).catch(() => [])) ?? []
}

async function groups(given: Given): Promise<readonly Candidate[]> {
  const { expandGroup, loadManifest, usableGroups } = await import('../actions.ts')
  const { manifest } = await loadManifest(given)
  return usableGroups(manifest).map((word) => {
    const count = expandGroup(manifest, word).length
    return { word, about: `${count} ${count === 1 ? 'server' : 'servers'}` }
  })
}

async function servers(given: Given): Promise<readonly Candidate[]> {
  const { loadManifest } = await import('../actions.ts')
  const { manifest } = await loadManifest(given)
  return manifest.servers.map(({ name, groups: of }) => ({ word: name, about: of.join(', ') }))
}

async function environments({ manifest }: Given): Promise<readonly Candidate[]> {
  const { loadEach } = await import('../actions.ts')
  const all = await loadEach(manifest === undefined ? {} : { manifest })
  return all.flatMap(({ environment }) => (environment === undefined ? [] : [{ word: environment, about: '' }]))
}

async function runs(): Promise<readonly Candidate[]> {
  const { readdir } = await import('node:fs/promises')
  const { runsFolder } = await import('../../cli/paths.ts')
  const ids = await readdir(runsFolder())
  return [
    { word: 'last', about: 'the newest run' },
    ...ids
      .sort()
      .reverse()
      .map((word) => ({ word, about: '' })),
  ]
}
