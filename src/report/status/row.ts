import { printable } from '../../base/printable.ts'
import { needsAttention } from '../../checks/attention.ts'
import { supportStatus } from '../../checks/end-of-life.ts'
import type { ServerFacts } from '../../remote/facts/facts.ts'
import type { GatherResult } from '../../run/session/gather-facts.ts'
import { type RebootState, rebootRow } from '../reboot-status/row.ts'

/** One server in `status`; its texts are printable. */
export interface StatusRow {
  readonly server: string
  readonly reboot: RebootState
  /** How many security upgrades are pending; undefined: unknown. */
  readonly securityCount: number | undefined
  readonly system: string
  readonly docker: string
  readonly attention: readonly string[]
  readonly hint: string | undefined
}

export function statusRow(gathered: GatherResult): StatusRow {
  const { server, state: reboot, why, hint } = rebootRow(gathered)
  const about = { server, reboot, hint }
  if (gathered.status !== 'gathered') {
    return { ...about, securityCount: undefined, system: '', docker: '', attention: why === '' ? [] : [why] }
  }
  const { facts } = gathered
  const rebootWhy = reboot === 'not due' ? [] : [`reboot ${reboot}: ${why}`]
  return {
    ...about,
    securityCount: securityCount(facts),
    system: systemText(facts),
    docker: dockerText(facts),
    attention: [...rebootWhy, ...supportAttention(facts), ...needsAttention(facts)],
  }
}

// Without package lists nothing is pending, which proves nothing.
export function securityCount({ upgrades }: ServerFacts): number | undefined {
  if (upgrades?.status !== 'known' || upgrades.value.listsAgeSeconds === undefined) return undefined
  return upgrades.value.security.length
}

function systemText({ system }: ServerFacts): string {
  if (system?.status !== 'known') return 'unknown'
  return printable(`${system.value.id} ${system.value.release}`.trim())
}

function dockerText({ docker }: ServerFacts): string {
  if (docker?.status !== 'known') return 'unknown'
  if (docker.value === null) return 'none'
  return printable(docker.value.version ?? 'unknown')
}

function supportAttention({ system, at }: ServerFacts): readonly string[] {
  if (system?.status !== 'known') return []
  const support = supportStatus(system.value, at)
  return support.concern === undefined ? [] : [printable(support.concern)]
}
