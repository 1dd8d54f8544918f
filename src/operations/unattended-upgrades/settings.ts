import * as z from 'zod'
import { unitName } from '../../base/forms.ts'
import { hashOf } from '../../base/json.ts'
import { lazily, list, type Schema, text, word } from '../../plan/schema/schema.ts'
import type { Verdict } from '../../plan/verdict.ts'
import type { ServerFacts } from '../../remote/facts/facts.ts'
import type { PeriodicUpgrades } from '../../remote/facts/periodic.ts'
import { type Family, fileText, isOurs, ourFile } from './desired-config.ts'
import { conflict, diff } from './diff.ts'
import type { UnattendedOptions } from './options.ts'
import { preconditionsIn } from './preconditions.ts'

export type ConfigChange = {
  readonly family: Family
  readonly changes: readonly string[]
  /** To be enabled and started. */
  readonly timers: readonly string[]
}

export const configChange: Schema<ConfigChange> = lazily(() =>
  z.strictObject({ family: z.enum(['ubuntu', 'debian']), changes: list(text()), timers: list(word(unitName)) }),
)

/** How the settings of the nights stand: what to change, what is in the way, or that they are set up. */
export type ConfigStatus =
  | Extract<Verdict<ConfigChange>, { status: 'due' }>
  | { readonly status: 'blocked' | 'unknown'; readonly why: string }
  | { readonly status: 'set-up'; readonly family: Family; readonly isProved: boolean }

export function configIn(facts: ServerFacts, options: UnattendedOptions): ConfigStatus {
  const ground = preconditionsIn(facts)
  if ('status' in ground) return ground
  const { nightly, id } = ground
  if (id !== 'ubuntu' && id !== 'debian')
    return { status: 'blocked', why: `maestro knows the security origins of Ubuntu and Debian, not of ${id}` }
  const why = obstacle(nightly) ?? conflict(nightly, id, options)
  if (why !== undefined) return { status: 'blocked', why }
  const changes = diff(nightly, id, options)
  const timers = nightly.timers.filter((one) => !one.isEnabled || !one.isActive).map(({ unit }) => unit)
  if (changes.length > 0 || timers.length > 0) return { status: 'due', change: { family: id, changes, timers } }
  return { status: 'set-up', family: id, isProved: nightly.was.proved === hashFor(id, options) }
}

/** What stands for a file that was proved to work. */
export const hashFor = (family: Family, options: UnattendedOptions): string => hashOf(fileText(family, options))

function obstacle({ ours, scheduler, timers }: PeriodicUpgrades): string | undefined {
  if (ours !== undefined && !isOurs(ours)) return `${ourFile} is there and not maestro's: move it away`
  if (scheduler === 'none') return 'neither systemd nor cron is there to run upgrades each night'
  const masked = timers.find(({ load }) => load === 'masked')
  if (masked !== undefined)
    return `${masked.unit} is masked, so somebody wants no nightly upgrades: run \`systemctl unmask ${masked.unit}\` there first`
  const missing = timers.find(({ load }) => load !== 'loaded')
  return missing === undefined ? undefined : `systemd has no ${missing.unit} to start (${missing.load || 'not known'})`
}
