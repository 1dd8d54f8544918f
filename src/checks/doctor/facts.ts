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
import { dpkgChecks, nightlyChecks, updatesChecks } from './apt.ts'
import { balancerChecks, dockerChecks, weaveChecks } from './docker.ts'
import { diskChecks, rebootChecks, systemChecks, systemdChecks, toolsChecks } from './system.ts'

/** What a look shows of what the commands need. */
export function lookChecks(facts: ServerFacts, wanted: ExpectedVersions): readonly Finding[] {
  return [
    ...told('system', facts.system, (system) => systemChecks(system, facts.at)),
    ...told('tools', facts.tools, toolsChecks),
    ...told('disk', facts.disk, diskChecks),
    ...told('apt', facts.dpkg, dpkgChecks),
    ...told('apt', facts.upgrades, updatesChecks),
    ...told('apt', facts.unattended, nightlyChecks),
    ...told('system', facts.reboot, rebootChecks),
    ...told('systemd', facts.systemd, systemdChecks),
    ...told('docker', facts.docker, (docker) => dockerChecks(docker, wanted)),
    ...told('weave', facts.weave, (weave) => weaveChecks(weave, wanted)),
    ...told('balancer', facts.haproxy, (balancer) => balancerChecks(balancer, wanted)),
    ...told('maestro', facts.maestro, marksChecks),
  ]
}

function told<T>(area: Area, part: Fact<T> | undefined, checks: (value: T) => readonly Finding[]): readonly Finding[] {
  if (part === undefined) return []
  return part.status === 'known' ? checks(part.value) : [unknownFinding(area, part.why)]
}

function marksChecks({ lock, drained }: MaestroState): readonly Finding[] {
  const open = drained.map((run) =>
    errorFinding('maestro', `out of service since run ${run}`, { stops: allChanges, fix: `maestro resume ${run}` }),
  )
  if (lock === undefined) return [...open, ...(open.length === 0 ? [okFinding('maestro', 'not locked')] : [])]
  const by = `locked by ${lock.owner}, run ${lock.run}`
  if (isAlive(lock)) return [...open, warningFinding('maestro', `${by}, which is at work`)]
  const quiet = `${by}, of which nothing was heard for ${describeDuration(lock.quietSeconds)}`
  return [
    ...open,
    errorFinding('maestro', quiet, { stops: allChanges, fix: `maestro resume ${lock.run}, or maestro unlock` }),
  ]
}
