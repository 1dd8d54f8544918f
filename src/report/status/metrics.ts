import type { Disk } from '../../remote/facts/disk.ts'
import type { Fact } from '../../remote/facts/facts.ts'
import type { GatherResult } from '../../run/session/gather-facts.ts'
import { rebootMetrics } from '../reboot-status/view.ts'
import type { Sample } from '../view.ts'
import { securityCount } from './row.ts'

/** The samples of `status`; an unknown fact has none. */
export function statusMetrics(gathered: GatherResult): readonly Sample[] {
  if (gathered.status !== 'gathered') return []
  const { identity, upgrades, unattended, dpkg, disk } = gathered.facts
  return [
    ...rebootMetrics(gathered),
    ...sample('maestro_security_upgrades_pending', securityCount(gathered.facts)),
    ...sample('maestro_server_uptime_seconds', known(identity)?.uptimeSeconds),
    ...sample('maestro_package_lists_age_seconds', known(upgrades)?.listsAgeSeconds),
    ...sample('maestro_unattended_upgrades_daily', known(unattended)?.isDaily),
    ...sample('maestro_dpkg_interrupted', known(dpkg)?.isInterrupted),
    ...(known(disk) ?? []).flatMap(diskSamples),
  ]
}

const known = <T>(fact: Fact<T> | undefined): T | undefined => (fact?.status === 'known' ? fact.value : undefined)

const sample = (metric: string, value: number | boolean | undefined): readonly Sample[] =>
  value === undefined ? [] : [{ metric, value: Number(value) }]

const diskSamples = ({ path, freeBytes, totalBytes }: Disk): readonly Sample[] => [
  { metric: 'maestro_disk_free_bytes', value: freeBytes, labels: { path } },
  { metric: 'maestro_disk_size_bytes', value: totalBytes, labels: { path } },
]
