import type { Server } from '../inventory/server.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { engineOf, isEngine } from '../remote/engine-version.ts'

/** What the manifest wants of a server. */
export interface ExpectedVersions {
  readonly dockerVersion?: string | undefined
  readonly weaveVersion?: string | undefined
  /** It is one of those that take others out of service. */
  readonly isBalancer: boolean
}

export function expectedVersions({ groups }: Manifest, { groups: names }: Server): ExpectedVersions {
  const own = groups.filter(({ name }) => names.includes(name))
  return {
    dockerVersion: own.find(({ versions }) => versions.docker !== undefined)?.versions.docker,
    weaveVersion: own.find(({ versions }) => versions.weave !== undefined)?.versions.weave,
    isBalancer: own.some(({ kind }) => kind === 'load_balancer'),
  }
}

/** Whether a version is the one of the manifest. Which one `latest` and `distribution` mean is known to apt alone. */
export function isExpected(version: string, wanted: string | undefined): boolean {
  if (wanted === undefined || wanted === 'latest' || wanted === 'distribution') return true
  return isEngine(version, engineOf(wanted) ?? wanted) || version.startsWith(`${wanted}.`)
}
