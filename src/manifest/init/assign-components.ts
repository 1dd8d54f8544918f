import { type Component, components } from '../components.ts'
import { quoted } from '../quoted.ts'
import type { Found, FoundServer } from './found-server.ts'
import { guessComponent } from './guess-component.ts'
import { readableServer } from './readable-server.ts'

/** A server where the manifest has it. */
export interface AssignedServer {
  readonly server: FoundServer
  readonly components: readonly Component[]
  /** One of the usual names of environments, where the whole file is divided into them. */
  readonly environment?: string
  readonly isGuess: boolean
}

export interface Assignment {
  readonly servers: readonly AssignedServer[]
  readonly notes: readonly string[]
}

const environments = /^(production|prod|live|staging|stage|development|dev|testing|test|qa)$/i

/** Gives every server a name that a manifest takes, its components and its environment; what cannot be taken is told in the notes. */
export function assignComponents({ servers: found, notes: before }: Found): Assignment {
  const notes = [...before]
  const names = new Set<string>()
  const addresses = new Map<string, string>()
  const isDivided = dividesIntoEnvironments(found)
  const servers = found.flatMap((one) => {
    const server = { ...one, name: freeName(one.name, names) }
    const why = readableServer(server) ?? takenAddress(server, addresses)
    if (why !== undefined) {
      notes.push(`${quoted(one.name).slice(1, -1)} is left out: ${why}`)
      return []
    }
    names.add(server.name)
    return [assignServer(server, isDivided)]
  })
  return { servers, notes }
}

// Letters that no name of a server may have give way; a name that is taken gets a number.
function freeName(wanted: string, taken: ReadonlySet<string>): string {
  const base = wanted.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '') || 'server'
  let name = base
  for (let next = 2; taken.has(name); next += 1) name = `${base}-${next}`
  return name
}

function takenAddress({ name, address, port }: FoundServer, addresses: Map<string, string>): string | undefined {
  if (address === undefined) return undefined
  const key = `${address.toLowerCase()} ${port ?? 22}`
  const other = addresses.get(key)
  if (other !== undefined) return `it is at the address of ${other}`
  addresses.set(key, name)
  return undefined
}

function assignServer(server: FoundServer, isDivided: boolean): AssignedServer {
  const ofGroups = new Set(server.groups.flatMap((group) => guessComponent(group) ?? []))
  const guessed = ofGroups.size > 0 ? undefined : guessComponent(server.name)
  const chosen = guessed === undefined ? components.filter((name) => ofGroups.has(name)) : [guessed]
  const environment = isDivided ? environmentsOf(server)[0] : undefined
  return {
    server,
    components: chosen.length > 0 ? chosen : ['docker'],
    ...(environment === undefined ? {} : { environment }),
    isGuess: chosen.length === 0,
  }
}

const environmentsOf = ({ groups }: FoundServer) => groups.filter((group) => environments.test(group))

// Only where each server is in one of them, and not all in the same.
function dividesIntoEnvironments(servers: readonly FoundServer[]): boolean {
  const each = servers.map(environmentsOf)
  return each.every(({ length }) => length === 1) && new Set(each.flat()).size > 1
}
