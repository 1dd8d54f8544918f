import * as z from 'zod'
import { MaestroError } from '../../base/errors.ts'
import type { ServerContext } from '../../plan/context.ts'
import { lazily, list, type Schema, text } from '../../plan/schema/schema.ts'
import type { ServerFacts } from '../../remote/facts/facts.ts'
import { allOf, optional, yesOrNo } from '../../remote/fields.ts'
import type { Fields } from '../../remote/response.ts'
import { type Family, neverTaken, originsFor } from './desired-config.ts'
import type { UnattendedOptions } from './options.ts'
import { hasRelease, substituted } from './origins.ts'
import { preconditionsIn } from './preconditions.ts'

const daySeconds = 86_400
const lockLimitMs = 15 * 60_000

type DryRunEvidence = {
  /** When the timer fires next; null: cron runs it, or it is at work now. */
  readonly next: string | null
  readonly tonight: readonly string[]
  /** Packages that are left to a person. */
  readonly byHand: readonly string[]
}

export const dryRunEvidence: Schema<DryRunEvidence> = lazily(() =>
  z.strictObject({ next: text().nullable(), tonight: list(text()), byHand: list(text()) }),
)

/** Proves that the timers fire within a day and, by a dry run, what they would do then; throws what is wrong. */
export async function verifyDryRun(
  ctx: ServerContext,
  look: ServerFacts,
  options: UnattendedOptions,
): Promise<DryRunEvidence> {
  const ground = preconditionsIn(look)
  if ('status' in ground) throw new MaestroError(ground.why)
  const next = nextRun(look)
  const facts = await dryRun(ctx)
  const origins = originsFor(ground.id as Family, options)
  const resolve = (origin: string) => substituted(origin, ground)
  checkOrigins(facts, { security: origins.security.map(resolve), release: origins.release.map(resolve) })
  const tonight = allOf(facts, 'dry_package')
  checkNever(tonight, options)
  return { next, tonight, byHand: allOf(facts, 'dry_manual') }
}

// A timer's next time is chosen anew each day within its random delay, hence the hour more.
function nextRun({ at: now, periodic }: ServerFacts): string | null {
  if (periodic?.status !== 'known' || periodic.value.scheduler === 'cron') return null
  for (const { unit, isRunning, nextAt } of periodic.value.timers) {
    if (isRunning || (nextAt !== undefined && nextAt <= now + daySeconds + 3600)) continue
    const when = nextAt === undefined ? 'has no next time' : `fires next at ${iso(nextAt)}`
    throw new MaestroError(`${unit} ${when}, not within a day`, { hint: `see \`systemctl cat ${unit}\` there` })
  }
  const nextAt = periodic.value.timers.at(-1)?.nextAt
  return nextAt === undefined ? null : iso(nextAt)
}

const iso = (seconds: number) => new Date(seconds * 1000).toISOString()

/** A dry run that came to its end; waits while another process holds the locks that it needs. */
async function dryRun(ctx: ServerContext): Promise<Fields> {
  const from = ctx.nowMs()
  for (;;) {
    ctx.progress('trying what the next night will do')
    const facts = await ctx.run({ files: ['unattended-upgrades/dry-run.sh'], asRoot: true, timeoutMs: 35 * 60_000 })
    if (yesOrNo(facts, 'dry_ended')) return facts
    if (!yesOrNo(facts, 'dry_locked'))
      throw new MaestroError(
        `unattended-upgrade fails in its dry run: ${optional(facts, 'dry_said') ?? 'without a word'}`,
        {
          hint: 'run `unattended-upgrade --dry-run --debug` there as root',
        },
      )
    if (ctx.nowMs() - from > lockLimitMs)
      throw new MaestroError("unattended-upgrade gets no dry run: dpkg's lock has been held for a quarter of an hour")
    ctx.progress("waiting for dpkg's lock")
    await ctx.waitMs(10_000)
  }
}

function checkOrigins(
  facts: Fields,
  { security, release }: { security: readonly string[]; release: readonly string[] },
): void {
  const words = optional(facts, 'dry_origins') ?? ''
  // Old ones print a list as Python writes it.
  const taken = words.replaceAll(/[[\]']/g, '').split(', ')
  const missing = [...security, ...release].find((origin) => !taken.includes(origin))
  if (missing !== undefined)
    throw new MaestroError(`unattended-upgrade does not take from ${missing}, only from ${words || 'nothing'}`)
  if (security.some((origin) => allOf(facts, 'release').some((one) => hasRelease(one, origin)))) return
  throw new MaestroError(`no package list of this server is from ${security.join(' or ')}`, {
    hint: 'add the security repository below /etc/apt/sources.list.d and run `apt-get update` there',
  })
}

function checkNever(tonight: readonly string[], options: UnattendedOptions): void {
  const never = neverTaken(options).map((regex) => new RegExp(`^${regex}`))
  const taken = tonight.filter((name) => never.some((regex) => regex.test(name)))
  if (taken.length > 0)
    throw new MaestroError(`the nights would upgrade ${taken.join(', ')}, which they were to leave alone`)
}
