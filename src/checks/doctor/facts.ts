import { describeDuration } from '../../base/duration.ts'
import type { Fact, ServerFacts } from '../../remote/facts/facts.ts'
import type { MaestroState } from '../../remote/facts/maestro.ts'
import { isAlive } from '../../remote/lock/lock.ts'
import type { ExpectedVersions } from '../expected-versions.ts'
import {
  type Area,
  allChanges,
  errorFinding,
  type Finding,
  okFinding,
  unknownFinding,
  warningFinding,
} from '../finding.ts'
import { dpkgChecks, unattendedUpgradesChecks, upgradesChecks } from './apt.ts'
import { dockerChecks } from './docker.ts'
import { loadBalancerChecks } from './load-balancer.ts'
import { diskChecks, rebootChecks, systemChecks, systemdChecks, toolsChecks } from './system.ts'
import { weaveChecks } from './weave.ts'

/** Findings from the facts of a server. */
export function factChecks(facts: ServerFacts, wanted: ExpectedVersions): readonly Finding[] {
  return [
    ...findingsFrom('system', facts.system, (system) => systemChecks(system, facts.at)),
    ...findingsFrom('tools', facts.tools, toolsChecks),
    ...findingsFrom('disk', facts.disk, diskChecks),
    ...findingsFrom('apt', facts.dpkg, dpkgChecks),
    ...findingsFrom('apt', facts.upgrades, upgradesChecks),
    ...findingsFrom('apt', facts.unattended, unattendedUpgradesChecks),
    ...findingsFrom('system', facts.reboot, rebootChecks),
    ...findingsFrom('systemd', facts.systemd, systemdChecks),
    ...findingsFrom('docker', facts.docker, (docker) => dockerChecks(docker, wanted)),
    ...findingsFrom('weave', facts.weave, (weave) => weaveChecks(weave, wanted)),
    ...findingsFrom('load balancer', facts.haproxy, (haproxy) => loadBalancerChecks(haproxy, wanted)),
    ...findingsFrom('maestro', facts.maestro, maestroChecks),
  ]
}

function findingsFrom<T>(
  area: Area,
  fact: Fact<T> | undefined,
  checks: (value: T) => readonly Finding[],
): readonly Finding[] {
  if (fact === undefined) return []
  return fact.status === 'known' ? checks(fact.value) : [unknownFinding(area, fact.why)]
}

function maestroChecks({ lock, drained }: MaestroState): readonly Finding[] {
  const open = drained.map((run) =>
    errorFinding('maestro', `still out of service after run ${run}`, {
      stops: allChanges,
      fix: `maestro resume ${run}`,
    }),
  )
  if (lock === undefined) return [...open, ...(open.length === 0 ? [okFinding('maestro', 'not locked')] : [])]
  const by = `locked by ${lock.owner}, run ${lock.run}`
  if (isAlive(lock)) return [...open, warningFinding('maestro', `${by}, which is running`)]
  const quiet = `${by}, which has shown no sign of life for ${describeDuration(lock.quietSeconds)}`
  return [
    ...open,
    errorFinding('maestro', quiet, { stops: allChanges, fix: `maestro resume ${lock.run}, or maestro unlock` }),
  ]
}
