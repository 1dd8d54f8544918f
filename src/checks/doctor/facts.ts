import { describeDuration } from '../../base/duration.ts'
import type { Look, Marks, Told } from '../../remote/facts/facts.ts'
import { isAlive } from '../../remote/lock/lock.ts'
import type { Wanted } from '../expected-versions.ts'
import { type Area, allChanges, type Check, fine, note, unknown, wrong } from '../finding.ts'
import { dpkgChecks, nightlyChecks, updatesChecks } from './apt.ts'
import { balancerChecks, dockerChecks, weaveChecks } from './docker.ts'
import { diskChecks, rebootChecks, systemChecks, systemdChecks, toolsChecks } from './system.ts'

/** What a look shows of what the commands need. */
export function lookChecks(look: Look, wanted: Wanted): readonly Check[] {
  return [
    ...told('system', look.system, (system) => systemChecks(system, look.at)),
    ...told('tools', look.tools, toolsChecks),
    ...told('disk', look.disk, diskChecks),
    ...told('apt', look.dpkg, dpkgChecks),
    ...told('apt', look.updates, updatesChecks),
    ...told('apt', look.unattended, nightlyChecks),
    ...told('system', look.reboot, rebootChecks),
    ...told('systemd', look.systemd, systemdChecks),
    ...told('docker', look.docker, (docker) => dockerChecks(docker, wanted)),
    ...told('weave', look.weave, (weave) => weaveChecks(weave, wanted)),
    ...told('balancer', look.balancer, (balancer) => balancerChecks(balancer, wanted)),
    ...told('maestro', look.maestro, marksChecks),
  ]
}

function told<T>(area: Area, part: Told<T> | undefined, checks: (value: T) => readonly Check[]): readonly Check[] {
  if (part === undefined) return []
  return part.is === 'known' ? checks(part.value) : [unknown(area, part.why)]
}

function marksChecks({ lock, drained }: Marks): readonly Check[] {
  const open = drained.map((run) =>
    wrong('maestro', `out of service since run ${run}`, { stops: allChanges, fix: `maestro resume ${run}` }),
  )
  if (lock === undefined) return [...open, ...(open.length === 0 ? [fine('maestro', 'not locked')] : [])]
  const by = `locked by ${lock.owner}, run ${lock.run}`
  if (isAlive(lock)) return [...open, note('maestro', `${by}, which is at work`)]
  const quiet = `${by}, of which nothing was heard for ${describeDuration(lock.quietSeconds)}`
  return [...open, wrong('maestro', quiet, { stops: allChanges, fix: `maestro resume ${lock.run}, or maestro unlock` })]
}
