import { describeDuration } from '../base/duration.ts'
import { printable } from '../base/printable.ts'
import type { Disk } from '../remote/facts/disk.ts'
import type { Docker } from '../remote/facts/docker.ts'
import type { Dpkg } from '../remote/facts/dpkg.ts'
import type { Fact, ServerFacts } from '../remote/facts/facts.ts'
import type { Needrestart } from '../remote/facts/needrestart.ts'
import type { UnattendedStatus } from '../remote/facts/unattended.ts'
import type { PendingUpgrades } from '../remote/facts/upgrades.ts'
import type { Weave } from '../remote/facts/weave.ts'

const fullShare = 0.9
const oldListsSeconds = 3 * 86_400

/** What an operator should know of a server besides reboots and security upgrades; one short text each, worst first. */
export function needsAttention(facts: ServerFacts): readonly string[] {
  return [
    ...of(facts.dpkg, 'dpkg', dpkgConcerns),
    ...of(facts.disk, 'disk', diskConcerns),
    ...of(facts.unattended, 'unattended upgrades', unattendedConcerns),
    ...of(facts.upgrades, 'upgrades', upgradesConcerns),
    ...of(facts.docker, 'Docker', dockerConcerns),
    ...of(facts.weave, 'Weave', weaveConcerns),
    ...of(facts.needrestart, 'services', librariesConcerns),
    ...of(facts.maestro, 'maestro', () => []),
  ].map(printable)
}

function of<T>(fact: Fact<T> | undefined, what: string, attention: (value: T) => readonly string[]): readonly string[] {
  if (fact === undefined) return []
  return fact.status === 'known' ? attention(fact.value) : [`${what} unknown: ${fact.why}`]
}

function dpkgConcerns({ isInterrupted, broken, lockHolders }: Dpkg): readonly string[] {
  return [
    ...when(isInterrupted, 'dpkg was interrupted'),
    ...when(broken.length > 0, `not fully installed: ${broken.join(', ')}`),
    ...lockHolders.map(
      ({ lock, command, pid, ageSeconds }) =>
        `apt's ${lock} lock held by ${command} (pid ${pid}, ${describeDuration(ageSeconds)})`,
    ),
  ]
}

function diskConcerns(disks: readonly Disk[]): readonly string[] {
  return disks.flatMap(({ path, totalBytes, freeBytes, isReadOnly }) => [
    ...when(isReadOnly, `${path} is read-only`),
    ...when(freeBytes < totalBytes * (1 - fullShare), `${path} ${percentUsed(totalBytes, freeBytes)} full`),
  ])
}

const percentUsed = (total: number, free: number) => `${Math.floor((100 * (total - free)) / total)}%`

function unattendedConcerns({ isInstalled, isDaily, why, rebootsByItself }: UnattendedStatus): readonly string[] {
  return [
    ...when(!isInstalled, 'no unattended upgrades (unattended-upgrades is not installed)'),
    ...when(isInstalled && !isDaily, `no unattended upgrades${why === undefined ? '' : ` (${why})`}`),
    ...when(rebootsByItself, 'unattended upgrades reboot the server'),
  ]
}

// Holds and phasing are common; a security fix kept back by them is not.
function upgradesConcerns({
  security,
  held,
  keptBack,
  securityOrigins,
  listsAgeSeconds,
}: PendingUpgrades): readonly string[] {
  const isFix = (name: string) => security.some((upgrade) => upgrade.name === name)
  const heldFixes = held.filter(isFix)
  return [
    ...when(listsAgeSeconds === undefined, 'package lists were never fetched'),
    ...when((listsAgeSeconds ?? 0) > oldListsSeconds, `package lists ${describeDuration(listsAgeSeconds ?? 0)} old`),
    ...when(
      listsAgeSeconds !== undefined && securityOrigins.length === 0,
      'no security origin among the package sources',
    ),
    ...when(heldFixes.length > 0, `held despite a security fix: ${heldFixes.join(', ')}`),
    ...keptBack.filter(({ name }) => isFix(name)).map(({ name, why }) => `security fix kept back: ${name} (${why})`),
  ]
}

function dockerConcerns(docker: Docker | null): readonly string[] {
  if (docker === null) return []
  const unwell = docker.containers.filter(
    ({ health, state, restartPolicy }) => health === 'unhealthy' || (state !== 'running' && restartPolicy === 'always'),
  )
  return [
    ...when(docker.trouble !== undefined, `Docker does not answer: ${docker.trouble}`),
    ...unwell.map(({ name, state, health }) => `container ${name} is ${health === 'unhealthy' ? health : state}`),
  ]
}

function weaveConcerns(weave: Weave | null): readonly string[] {
  return when(weave !== null && !weave.isRunning, 'Weave is not running')
}

function librariesConcerns({ services }: Needrestart): readonly string[] {
  return when(services.length > 0, `on old libraries: ${services.join(', ')}`)
}

const when = (isSo: boolean, text: string): readonly string[] => (isSo ? [text] : [])
