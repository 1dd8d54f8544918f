import { rebootRequired } from '../../checks/reboot-required.ts'
import type { GatherResult } from '../../run/session/gather-facts.ts'
import type { NewOutputEvent } from '../events/output-event.ts'
import type { View } from '../view.ts'
import { errorFields } from './error-fields.ts'

/** What `--output json` of a command that only reads says of one server. */
export function serverEvent(gathered: GatherResult, view: View): NewOutputEvent {
  const { name, groups, host } = gathered.server
  const about = { event: 'server', server: name, host, groups } as const
  const attention = view.attention?.(gathered)
  switch (gathered.status) {
    case 'gathered':
      return { ...about, status: 'ok', reboot: rebootRequired(gathered.facts), attention, facts: gathered.facts }
    case 'skipped':
      return { ...about, status: 'skipped', attention }
    default:
      return { ...about, status: gathered.status, attention, error: errorFields(gathered.error) }
  }
}
