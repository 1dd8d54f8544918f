import { printable } from '../../base/printable.ts'
import { sudoHint } from '../../checks/doctor/sudo-hint.ts'
import { rebootRequired } from '../../checks/reboot-required.ts'
import type { GatherResult } from '../../run/session/gather-facts.ts'
import type { Paint } from '../format/screen.ts'

/** The reboot state of one server, in the order in which servers need care. */
export const rebootStates = ['due', 'unknown', 'failed', 'unreachable', 'skipped', 'not due'] as const
export type RebootState = (typeof rebootStates)[number]

/** The answer to "is a reboot due?" for one server; its texts can be shown. */
export interface RebootRow {
  readonly state: RebootState
  readonly server: string
  readonly why: string
  readonly hint: string | undefined
  /** For how long it has been due, and how long the server has been up; by the server's own clock. */
  readonly dueSeconds: number | undefined
  readonly upSeconds: number | undefined
}

const states = { yes: 'due', no: 'not due', unknown: 'unknown' } as const

export function rebootRow(gathered: GatherResult): RebootRow {
  const nothing = {
    server: printable(gathered.server.name),
    why: '',
    hint: undefined,
    dueSeconds: undefined,
    upSeconds: undefined,
  }
  if (gathered.status === 'skipped') return { ...nothing, state: 'skipped' }
  if (gathered.status !== 'gathered') {
    const { message, hint } = gathered.error
    return { ...nothing, state: gathered.status, why: printable(message), hint: hint && printable(hint) }
  }
  const { due, reasons, since } = rebootRequired(gathered.facts)
  const { identity, at } = gathered.facts
  return {
    ...nothing,
    hint: sudoHint(gathered.facts),
    state: states[due],
    why: reasons.map(printable).join('; '),
    dueSeconds: since === undefined ? undefined : Math.max(0, at - since),
    upSeconds: identity?.status === 'known' ? identity.value.uptimeSeconds : undefined,
  }
}

/** A state in the colour of what it asks for. */
export function paintedState(state: RebootState, paint: Paint): string {
  if (state === 'not due') return paint.good(state)
  return state === 'due' || state === 'unknown' ? paint.due(state) : paint.bad(state)
}
