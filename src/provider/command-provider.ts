import type { ZodError } from 'zod'
import { MaestroError } from '../base/errors.ts'
import type { ProvidedServer, Provider } from './provider.ts'
import { listSchema } from './response-schema.ts'

export type CommandProvider = { readonly command: string; readonly timeoutMs: number }

/**
 * Servers by an executable of the user's, which is run with a verb and gets JSON on stdin: `list` prints what there is; `create`,
 * `reinstall` and `destroy` do what they are asked for, once for each key, and need print nothing.
 */
export function commandProvider({ command, timeoutMs }: CommandProvider): Provider {
  return {
    description: command,
    timeoutMs,
    list: async (at) => {
      const stdin = `${JSON.stringify({ version: 1 })}\n`
      const ran = await at.runProgram({ path: command, args: ['list'], stdin, timeoutMs, isJournalled: false })
      if (ran.failure !== undefined) throw new MaestroError(`${command} list ${ran.failure}`)
      return readList(ran.stdout, command)
    },
    ask: async (at, verb, request) => {
      const stdin = `${JSON.stringify({ version: 1, ...request })}\n`
      const { failure } = await at.runProgram({ path: command, args: [verb], stdin, timeoutMs, isJournalled: true })
      if (failure !== undefined) throw new MaestroError(`${command} ${verb} (${request.server.name}) ${failure}`)
    },
  }
}

function readList(text: string, command: string): readonly ProvidedServer[] {
  const read = listSchema.safeParse(parsed(text))
  if (!read.success)
    throw new MaestroError(
      `${command} list prints ${JSON.stringify(text.trim().slice(0, 80))}: ${describeIssue(read.error)}`,
      {
        hint: '`maestro manifest schema --provider` says what it must print',
      },
    )
  const servers = read.data.servers.map(({ host_keys, key, address, ...rest }) => ({
    ...rest,
    ...(key !== undefined && { key }),
    ...(address !== undefined && { address }),
    hostKeys: host_keys ?? [],
  }))
  for (const what of ['id', 'key', 'address'] as const) assertDistinct(servers, what, command)
  return servers
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function describeIssue({ issues: [first] }: ZodError): string {
  const where = first?.path.join('.') || 'it'
  return first?.code === 'invalid_type' && where === 'it' ? 'that is no JSON of a list' : `${where}: ${first?.message}`
}

// Two machines for one request, or at one address: nobody knows which is meant.
function assertDistinct(servers: readonly ProvidedServer[], what: 'id' | 'key' | 'address', command: string): void {
  const seen = new Map<string, ProvidedServer>()
  for (const server of servers) {
    const value = server[what]
    const other = value === undefined ? undefined : seen.get(value)
    if (other !== undefined)
      throw new MaestroError(`${command} list has two servers of ${what} ${value}: ${say(other)} and ${say(server)}`, {
        hint: 'nobody knows which is meant: see to it by hand',
      })
    if (value !== undefined) seen.set(value, server)
  }
}

const say = ({ environment, name, id }: ProvidedServer) =>
  `${environment === '' ? '' : `${environment}/`}${name} (${id})`
