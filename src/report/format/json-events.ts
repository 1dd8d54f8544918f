import type { GatherResult } from '../../run/session/gather-facts.ts'
import type { View } from '../view.ts'

/** The version of the events' shape: it grows when a field changes its meaning or goes away, not when one is added. */
const eventsVersion = 1

/** One event as one line of JSON, safe to show on a terminal. */
export function eventLine(event: string, fields: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify({ version: eventsVersion, event, ...fields })
  return `${text.replace(/[\u007f-\u009f\u2028\u2029]/g, escapeUnicode)}\n`
}

/** What `--output json` says of one server. */
export function serverEvent(gathered: GatherResult, view: View): string {
  const { name, groups, host } = gathered.server
  const about = { server: name, host, groups, status: gathered.status, ...view.verdict(gathered) }
  if (gathered.status === 'seen') return eventLine('server', { ...about, look: gathered.look })
  if (gathered.status === 'not-asked') return eventLine('server', about)
  const { message, hint } = gathered.error
  const kind = 'kind' in gathered.error ? gathered.error.kind : undefined
  return eventLine('server', { ...about, error: { kind, message, hint } })
}

const escapeUnicode = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
