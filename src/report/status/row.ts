import { printable } from '../../base/printable.ts'
import { concernsOf } from '../../checks/attention.ts'
import { supportOf } from '../../checks/end-of-life.ts'
import type { Look } from '../../remote/facts/facts.ts'
import type { Seen } from '../../run/gather-facts.ts'
import { type RebootState, rebootLine } from '../reboot-status/row.ts'

/** One server in the whole look; its texts can be shown. */
export interface StatusLine {
  readonly server: string
  readonly reboot: RebootState
  /** How many security upgrades are pending; undefined: unknown. */
  readonly securityCount: number | undefined
  readonly system: string
  readonly docker: string
  readonly concerns: readonly string[]
  readonly hint: string | undefined
}

export function statusLine(seen: Seen): StatusLine {
  const { server, state: reboot, why, hint } = rebootLine(seen)
  const about = { server, reboot, hint }
  if (seen.status !== 'seen') {
    return { ...about, securityCount: undefined, system: '', docker: '', concerns: why === '' ? [] : [why] }
  }
  const { look } = seen
  const rebootWhy = reboot === 'not due' ? [] : [`reboot ${reboot}: ${why}`]
  return {
    ...about,
    securityCount: securityCount(look),
    system: systemText(look),
    docker: dockerText(look),
    concerns: [...rebootWhy, ...supportConcern(look), ...concernsOf(look)],
  }
}

// Without package lists nothing can be pending, which says nothing.
export function securityCount({ updates }: Look): number | undefined {
  if (updates?.is !== 'known' || updates.value.listsAgeSeconds === undefined) return undefined
  return updates.value.security.length
}

function systemText({ system }: Look): string {
  if (system?.is !== 'known') return 'unknown'
  return printable(`${system.value.id} ${system.value.release}`.trim())
}

function dockerText({ docker }: Look): string {
  if (docker?.is !== 'known') return 'unknown'
  if (docker.value === null) return 'none'
  return printable(docker.value.version ?? 'unknown')
}

function supportConcern({ system, at }: Look): readonly string[] {
  if (system?.is !== 'known') return []
  const support = supportOf(system.value, at)
  return support.concern === undefined ? [] : [printable(support.concern)]
}
