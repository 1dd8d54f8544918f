import { hashOf } from '../../base/json.ts'
import type { Verdict } from '../../plan/verdict.ts'
import type { Look, Nightly } from '../../remote/facts/facts.ts'
import { type Family, fileText, isOurs, ourFile, type UnattendedOptions } from './desired-config.ts'
import { conflict, difference } from './diff.ts'
import { groundOf } from './preconditions.ts'

export type Settings = {
  readonly family: Family
  readonly changes: readonly string[]
  /** To be enabled and started. */
  readonly timers: readonly string[]
}

/** How the settings of the nights stand: what to change, what is in the way, or that they are set up. */
export type Standing =
  | Extract<Verdict<Settings>, { is: 'due' }>
  | { readonly is: 'blocked' | 'unknown'; readonly why: string }
  | { readonly is: 'set-up'; readonly family: Family; readonly isProved: boolean }

export function settingsIn(look: Look, options: UnattendedOptions): Standing {
  const ground = groundOf(look)
  if ('is' in ground) return ground
  const { nightly, id } = ground
  if (id !== 'ubuntu' && id !== 'debian')
    return { is: 'blocked', why: `maestro knows the security origins of Ubuntu and Debian, not of ${id}` }
  const why = hindrance(nightly) ?? conflict(nightly, id, options)
  if (why !== undefined) return { is: 'blocked', why }
  const changes = difference(nightly, id, options)
  const timers = nightly.timers.filter((one) => !one.isEnabled || !one.isActive).map(({ unit }) => unit)
  if (changes.length > 0 || timers.length > 0) return { is: 'due', what: { family: id, changes, timers } }
  return { is: 'set-up', family: id, isProved: nightly.was.proved === hashFor(id, options) }
}

/** What stands for a file that was proved to work. */
export const hashFor = (family: Family, options: UnattendedOptions): string => hashOf(fileText(family, options))

function hindrance({ ours, scheduler, timers }: Nightly): string | undefined {
  if (ours !== undefined && !isOurs(ours)) return `${ourFile} is there and not maestro's: move it away`
  if (scheduler === 'none') return 'neither systemd nor cron is there to run upgrades each night'
  const masked = timers.find(({ load }) => load === 'masked')
  if (masked !== undefined)
    return `${masked.unit} is masked, so somebody wants no nightly upgrades: run \`systemctl unmask ${masked.unit}\` there first`
  const missing = timers.find(({ load }) => load !== 'loaded')
  return missing === undefined ? undefined : `systemd has no ${missing.unit} to start (${missing.load || 'not known'})`
}
