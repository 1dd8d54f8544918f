import type { ServerFacts } from '../../remote/facts/facts.ts'

/** Parts of a look that tell whether a restart would break something, or the server would not come back. */
export const safetyFacts = ['dpkg', 'disk', 'systemd'] as const

const leastFreeBytes = 64 * 1024 * 1024

/** Sentences for people on what must be put right before a restart; empty: nothing that a look tells. */
export function rebootBlockers(facts: ServerFacts): readonly string[] {
  return [...dpkgBlockers(facts), ...diskBlockers(facts), ...systemdBlockers(facts)]
}

function dpkgBlockers({ dpkg }: ServerFacts): readonly string[] {
  if (dpkg?.status !== 'known') return [`how dpkg stands cannot be told: ${dpkg?.why ?? 'nobody asked'}`]
  const { isInterrupted, broken, lockHolders } = dpkg.value
  const holder = lockHolders.find(({ lock }) => lock !== 'lists')
  if (holder !== undefined) return [`${holder.command} (${holder.pid}) is at work on packages`]
  if (broken.length > 0) return [`not fully installed: ${broken.join(', ')} (\`dpkg --configure -a\`)`]
  return isInterrupted ? ['dpkg was interrupted (`dpkg --configure -a`)'] : []
}

function diskBlockers({ disk }: ServerFacts): readonly string[] {
  if (disk?.status !== 'known') return [`the disks cannot be told: ${disk?.why ?? 'nobody asked'}`]
  return disk.value.flatMap(({ path, isReadOnly, freeBytes }) => {
    if (path === '/' && isReadOnly) return ['/ is mounted read-only']
    return path === '/' && freeBytes < leastFreeBytes ? ['/ has less than 64 MB free'] : []
  })
}

function systemdBlockers({ systemd }: ServerFacts): readonly string[] {
  if (systemd?.status !== 'known') return [`how systemd fares cannot be told: ${systemd?.why ?? 'nobody asked'}`]
  const { state, inhibitors } = systemd.value
  const going = state === 'stopping' ? ['it is going down already'] : []
  return [...going, ...inhibitors.map((inhibitor) => `a shutdown is blocked by ${inhibitor}`)]
}
