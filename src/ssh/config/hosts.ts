import type { Found, FoundServer } from '../../manifest/init/found-server.ts'
import { type ConfigBlock, readConfigFiles } from './files.ts'
import { configFor } from './share-answers.ts'

// Where people keep code, not applications.
const forges =
  /(^|\.)(github\.com|gitlab\.com|bitbucket\.org|codeberg\.org|sr\.ht|ssh\.dev\.azure\.com|visualstudio\.com)$/

/** The hosts that an ssh config names one by one, the user's and the system's when no file is given. They keep their places there. */
export async function hostsInSshConfig(configFile: string | undefined, home: string): Promise<Found> {
  const { blocks } = await readConfigFiles(configFile, home)
  const names = [...new Set(namesIn(blocks))]
  const jumps = new Set(names.flatMap((name) => jumpsOf(blocks, name)))
  const notes: string[] = []
  const servers = names.flatMap((name): readonly FoundServer[] => {
    const why = skipReason(blocks, name) ?? (jumps.has(name) ? 'others are reached through it' : undefined)
    if (why !== undefined) notes.push(`${name} is left out: ${why}`)
    return why === undefined ? [serverOf(blocks, name)] : []
  })
  return {
    servers,
    from: configFile ?? '~/.ssh/config',
    ssh: configFile === undefined ? {} : { config: configFile },
    notes,
  }
}

function namesIn(blocks: readonly ConfigBlock[]): readonly string[] {
  return blocks.flatMap(({ names, items }) => [
    ...names.filter((name) => !/[*?!]/.test(name)),
    ...items.flatMap((item) => (item.kind === 'include' ? namesIn(item.blocks) : [])),
  ])
}

function skipReason(blocks: readonly ConfigBlock[], name: string): string | undefined {
  const { hostName } = configFor(blocks, name)
  if (forges.test(hostName) || firstOf(blocks, name, 'user') === 'git') return 'it keeps code'
  return undefined
}

// Without a HostName, a name that stands alone in the manifest would be looked for elsewhere too.
function serverOf(blocks: readonly ConfigBlock[], name: string): FoundServer {
  const hasPlace = firstOf(blocks, name, 'hostname') !== undefined && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)
  return hasPlace ? { name, groups: [] } : { name, address: name, groups: [] }
}

const jumpsOf = (blocks: readonly ConfigBlock[], name: string): readonly string[] =>
  (firstOf(blocks, name, 'proxyjump') ?? '').split(',').map((hop) => hop.replace(/^.*@/, '').replace(/:\d+$/, ''))

const firstOf = (blocks: readonly ConfigBlock[], name: string, keyword: string) =>
  configFor(blocks, name).options.find((option) => option.keyword === keyword)?.args[0]
