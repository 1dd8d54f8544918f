import { MaestroError } from '../../base/errors.ts'
import type { Finding } from '../../checks/finding.ts'
import type { Diagnosis } from '../../run/session/diagnose-servers.ts'
import type { NewOutputEvent } from '../events/output-event.ts'
import { errorFields } from '../format/error-fields.ts'

/** What `doctor --output json` says of one server: what it did, what was found, and what follows. */
export function doctorEvent(examined: Diagnosis, findings: readonly Finding[]): NewOutputEvent {
  const { name, host, groups } = examined.server
  const about = { event: 'server', server: name, host, groups, findings } as const
  switch (examined.status) {
    case 'skipped':
      return { ...about, status: 'skipped' }
    case 'unreachable':
      return { ...about, status: 'unreachable', phases: examined.phases, error: errorFields(examined.error) }
    case 'failed':
      return { ...about, status: 'failed', ...examined.about, error: errorFields(examined.error) }
    case 'examined': {
      const { about: session, hello, root, facts: found } = examined
      const facts = found instanceof MaestroError ? { error: errorFields(found) } : { facts: found }
      return { ...about, status: 'diagnosed', ...session, ...hello, root: rootFields(root), ...facts }
    }
  }
}

type Root = Extract<Diagnosis, { readonly status: 'examined' }>['root']

const rootFields = (root: Root) =>
  root.status === 'refused' ? { status: root.status, error: errorFields(root.error) } : root
