import * as z from 'zod'
import { MaestroError } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import type { CommandDriver } from '../../manifest/settings.ts'
import type { ApplicationContext } from '../../plan/application.ts'
import { lazily, line, type Schema } from '../../plan/schema/schema.ts'
import type { FailoverDriver } from '../driver.ts'
import type { CurrentTarget, Failover } from '../target.ts'

const commandState: Schema<{ readonly at: string | null }> = lazily(() => z.strictObject({ at: line().nullable() }))

/**
 * Moves the address by a program of the user's: `status` prints `{"at": "<environment>"}` (or null), `switch` moves it. Both get
 * JSON on stdin; `switch` is the same when it is run again with the same key.
 */
export function commandDriver(failover: Failover, { command, timeoutMs }: CommandDriver): FailoverDriver {
  const { address, targets: sides, ttlSeconds } = failover
  const about = { version: 1, address, sides: sides.map(({ environment, targets }) => ({ environment, targets })) }

  async function run(ctx: ApplicationContext, verb: 'status' | 'switch', input: Json): Promise<string> {
    const stdin = `${JSON.stringify(input)}\n`
    const ran = await ctx.runProgram({ path: command, args: [verb], stdin, timeoutMs, isJournalled: verb === 'switch' })
    if (ran.failure === undefined) return ran.stdout
    throw new MaestroError(`${command} ${verb} ${ran.failure}`)
  }

  return {
    description: `command ${command}`,
    isRepeatable: true,
    state: commandState,
    read: async (ctx) => currentTarget(await run(ctx, 'status', about), { failover, command }),
    refusal: async () => undefined,
    switchTo: async (ctx, from, to) => {
      const { environment, targets } = to
      await run(ctx, 'switch', {
        ...about,
        key: ctx.key,
        from: from.environment,
        to: { environment, targets },
        ttlSeconds,
      })
    },
  }
}

type ReadOptions = { readonly failover: Failover; readonly command: string }

function currentTarget(text: string, { failover, command }: ReadOptions): CurrentTarget {
  const at = readAt(text)
  const names = failover.targets.map(({ environment }) => environment)
  if (at === undefined || (at !== null && !names.includes(at)))
    throw new MaestroError(`${command} status prints ${JSON.stringify(text.trim().slice(0, 80))}`, {
      hint: `it must print {"at": ${names.map((name) => JSON.stringify(name)).join(' or ')}}, or null for neither`,
    })
  return { environment: at, description: at ?? 'neither', state: { at }, ttlSeconds: 0 }
}

function readAt(text: string): string | null | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('at' in value)) return undefined
    return typeof value.at === 'string' || value.at === null ? value.at : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
