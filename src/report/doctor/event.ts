import { MaestroError } from '../../base/errors.ts'
import type { Finding } from '../../checks/finding.ts'
import type { Diagnosis } from '../../run/session/diagnose-servers.ts'
import { eventLine } from '../format/json-events.ts'

/** What `doctor --output json` says of one server: what it did, what was found, and what comes of that. */
export function doctorEvent(examined: Diagnosis, checks: readonly Finding[]): string {
  const { server, status } = examined
  const { name, host, groups } = server
  return eventLine('server', { server: name, host, groups, status, checks, ...findingsOf(examined) })
}

function findingsOf(examined: Diagnosis): Readonly<Record<string, unknown>> {
  switch (examined.status) {
    case 'not-asked':
      return {}
    case 'unreachable':
      return { phases: examined.phases, error: errorOf(examined.error) }
    case 'failed':
      return { ...examined.about, error: errorOf(examined.error) }
    case 'examined': {
      const { about, hello, root, look } = examined
      const by = root.status === 'refused' ? { status: root.status, error: errorOf(root.error) } : root
      return { ...about, ...hello, root: by, ...(look instanceof MaestroError ? { error: errorOf(look) } : { look }) }
    }
  }
}

function errorOf(error: MaestroError): Readonly<Record<string, unknown>> {
  const { message, hint } = error
  return { kind: 'kind' in error ? error.kind : undefined, message, hint }
}
