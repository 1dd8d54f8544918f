import type { ServerFacts } from '../../remote/facts/facts.ts'

/** Parts of a look that tell whether a restart would break something, or the server would not come back. */
export const safetyFacts = ['dpkg', 'disk', 'systemd'] as const

const leastFreeBytes = 64 * 1024 * 1024

/** Sentences for people on what must be put right before a restart; empty: nothing that a look tells. */
export function rebootBlockers(facts: ServerFacts): readonly string[] {
  return [...dpkgBlockers(facts), ...diskBlockers(facts), ...systemdBlockers(facts)]
}

function dpkgBlockers({ dpkg }: ServerFacts): readonly string[] {
  if (dpkg?.status !== 'known') return [`the state of dpkg is unknown: ${dpkg?.why ?? 'it was not gathered'}`]
  const { isInterrupted, broken, lockHolders } = dpkg.value
  const holder = lockHolders.find(({ lock }) => lock !== 'lists')
  if (holder !== undefined) return [`${holder.command} (${holder.pid}) is at work on packages`]
  if (broken.length > 0) return [`not fully installed: ${broken.join(', ')} (\`dpkg --configure -a\`)`]
  return isInterrupted ? ['dpkg was interrupted (`dpkg --configure -a`)'] : []
}

function diskBlockers({ disk }: ServerFacts): readonly string[] {
  if (disk?.status !== 'known') return [`the disk space is unknown: ${disk?.why ?? 'it was not gathered'}`]
  return disk.value.flatMap(({ path, isReadOnly, freeBytes }) => {
    if (path === '/' && isReadOnly) return ['/ is mounted read-only']
    return path === '/' && freeBytes < leastFreeBytes ? ['/ has less than 64 MB free'] : []
  })
}

function systemdBlockers({ systemd }: ServerFacts): readonly string[] {
  if (systemd?.status !== 'known') return [`the state of systemd is unknown: ${systemd?.why ?? 'it was not gathered'}`]
  const { state, inhibitors } = systemd.value
  const going = state === 'stopping' ? ['it is going down already'] : []
  return [...going, ...inhibitors.map((inhibitor) => `a shutdown is blocked by ${inhibitor}`)]
}
