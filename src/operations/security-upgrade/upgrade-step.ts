import { MaestroError } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import type { Context, Step } from '../../plan/step.ts'
import type { Verdict } from '../../plan/verdict.ts'
import type { Disk, Look, Planned, Security } from '../../remote/facts/facts.ts'
import { allOf, type Facts, yes } from '../../remote/fields.ts'
import { detached } from '../job/job.ts'
import { jobInputs } from '../job/job-inputs.ts'
import { renewedByRestart } from '../reboot/packages-needing-reboot.ts'
import { mustHaveWorked } from '../unattended-upgrades/apt-job.ts'
import { moreThanPlanned } from '../unplanned-packages.ts'
import { pinsText } from './pins.ts'

export type Due = {
  readonly packages: readonly Planned[]
  /** What is left as it is, and why, in lines for people. */
  readonly notes: readonly string[]
}

export interface UpgradeOptions {
  readonly hold: readonly string[]
  readonly origins: readonly string[]
  readonly allPackages: boolean
  /** How long another process may hold apt's locks. */
  readonly lockTimeoutMs: number
  /** How long it may show no sign of life; waiting for locks is one. */
  readonly stallTimeoutMs: number
}

/** Installs exactly the security versions that were planned, as a job of the server's own, and proves it by dpkg. */
export function upgradeStep(options: UpgradeOptions): Step<Due, Due> {
  const job = detached<Due>({
    script: ({ packages }) => ({
      files: ['lib/apt.sh', 'lib/apt-pins.sh', 'facts/dpkg.sh', 'lib/apt-lock.sh', 'security-upgrade/upgrade.sh'],
      inputs: {
        ...scopeInputs(options),
        allowed: packages.map(({ name, to }) => `${name}=${to}`).join('\n'),
        lock_seconds: String(Math.ceil(options.lockTimeoutMs / 1000)),
      },
    }),
    stallTimeoutMs: options.stallTimeoutMs,
  })
  return {
    id: 'security-upgrade',
    effect: 'disrupts',
    parts: ['system', 'security', 'dpkg', 'disk'],
    foresee: (look) => foresee(look, options),
    describe: ({ packages, notes }) => [...packages.map(describePackage), ...notes.map((note) => `= ${note}`)],
    drift: (planned, now) => moreThanPlanned(planned?.packages, now.packages),
    before: async (_, due) => due,
    settled: job.settled,
    act: job.act,
    prove: async (at, due) => {
      const finished = await job.finish(at)
      if (finished.how !== 'exited' || finished.code !== 0) await mustBeWhole(at, due)
      mustHaveWorked(at, 'the upgrade did not come to a good end', finished)
      return proof(await askMoved(at, due), due)
    },
  }
}

/** What both the look and the upgrade choose by. */
export const scopeInputs = (options: UpgradeOptions) => ({
  pins: pinsText(options),
  scope: options.allPackages ? 'all' : 'security',
})

const describePackage = ({ name, from, to, origin }: Planned) =>
  from === null ? `+ ${name} ${to} (${originOf(origin)})` : `${name} ${from} -> ${to} (${originOf(origin)})`

// A version may stand in several pockets; the one that made it due is the one to name.
const originOf = (origins: string) => {
  const all = origins.split(', ')
  return all.find((origin) => /security/i.test(origin)) ?? all[0] ?? ''
}

function foresee(look: Look, options: UpgradeOptions): Verdict<Due> {
  const { system, security, dpkg, disk } = look
  if (system?.is === 'known' && !system.value.hasApt)
    return { is: 'blocked', why: `${system.value.name} has no apt: maestro upgrades Debian and Ubuntu` }
  if (security?.is !== 'known')
    return { is: 'unknown', why: `what is due cannot be told: ${security?.why ?? 'nobody asked'}` }
  if (dpkg?.is !== 'known')
    return { is: 'unknown', why: `how dpkg stands cannot be told: ${dpkg?.why ?? 'nobody asked'}` }
  const { packages, wrongSources } = security.value
  if (wrongSources.length > 0)
    return {
      is: 'blocked',
      why: `the pins do not hold for ${wrongSources.join(', ')}: somebody prefers it in /etc/apt/preferences.d`,
    }
  if (packages.length === 0) return { is: 'done', why: `no ${options.allPackages ? '' : 'security '}upgrade is due` }
  const short = disk?.is === 'known' ? shortOf(disk.value, security.value) : undefined
  if (short !== undefined) return { is: 'blocked', why: short }
  return { is: 'due', what: { packages, notes: [...notesOf(look, { packages, ...options }), ...restartNote(look)] } }
}

// The archives, and what comes out of them: dpkg unpacks the new beside the old.
const unpackedTimes = 4
const reserveBytes = 50 * 1024 ** 2

// A kernel and the initramfs that is made for it.
const kernelBytes = 150 * 1024 ** 2

function shortOf(disks: readonly Disk[], { packages, downloadBytes }: Security): string | undefined {
  const bringsKernel = packages.some(({ name }) => /^linux-image-/.test(name))
  const needed = (path: string) =>
    path === '/boot' ? (bringsKernel ? kernelBytes : 0) : downloadBytes * unpackedTimes + reserveBytes
  const short = disks.find(({ path, freeBytes, isReadOnly }) => isReadOnly || freeBytes < needed(path))
  if (short === undefined) return undefined
  const { path, freeBytes, isReadOnly } = short
  if (isReadOnly) return `${path} is mounted read-only`
  const remedy =
    path === '/boot'
      ? '`apt-get autoremove --purge` there takes old kernels away'
      : '`apt-get clean` there, or more room'
  return `${path} has ${megabytes(freeBytes)} free, and ${megabytes(needed(path))} may be needed: ${remedy}`
}

const megabytes = (bytes: number) => `${Math.ceil(bytes / 1024 ** 2)} MB`

type Taking = { readonly packages: readonly Planned[]; readonly allPackages: boolean }

// A fix that is there and is not taken is never left unsaid; nor, where all was asked for, anything else.
function notesOf({ updates }: Look, { packages, allPackages }: Taking): readonly string[] {
  if (updates?.is !== 'known') return []
  const taken = new Set(packages.map(({ name }) => name))
  const { security, held, keptBack } = updates.value
  const fixes = security
    .filter(({ name }) => !taken.has(name))
    .map(({ name, from, to }) => {
      const why = held.includes(name)
        ? 'held on the server'
        : (keptBack.find((one) => one.name === name)?.why ?? 'left to docker-upgrade, or held by the manifest')
      return `${name} ${from} stays, though ${to} fixes it: ${why}`
    })
  const others = keptBack.filter(({ name }) => !taken.has(name) && !security.some((one) => one.name === name))
  return [...fixes, ...(allPackages ? others.map(({ name, why }) => `${name} stays as it is: ${why}`) : [])]
}

function restartNote(look: Look): readonly string[] {
  const names = renewedByRestart(look)
  return names.length === 0 ? [] : [`most likely due for a restart afterwards: ${names.join(', ')}`]
}

const askMoved = (at: Context, { packages }: Due): Promise<Facts> =>
  at.ask({
    files: ['lib/read-apt.sh', 'security-upgrade/verify.sh'],
    inputs: {
      ...jobInputs({ ...at, key: `${at.run}/${at.server.name}/security-upgrade` }),
      names: packages.map(({ name }) => name).join(' '),
    },
    asRoot: true,
    timeoutMs: 120_000,
  })

async function mustBeWhole(at: Context, due: Due): Promise<void> {
  const broken = allOf(await askMoved(at, due), 'moved_broken')
  if (broken.length > 0)
    throw new MaestroError(`the upgrade left packages half done: ${broken.join(', ')}`, {
      hint: '`dpkg --configure -a` there, then `maestro resume`',
    })
}

// What was planned is there, whoever brought it; nothing else has moved since, and nothing is half done.
function proof(facts: Facts, { packages }: Due): Json {
  const moved = allOf(facts, 'moved').map((line) => line.split('|'))
  const now = new Map(allOf(facts, 'moved_planned').map((line) => line.split('|') as [string, string]))
  const missing = packages.filter(({ name, to }) => now.get(name) !== to)
  const planned = new Set(packages.map(({ name }) => name))
  const others = moved.filter(([name = '']) => !planned.has(name))
  const broken = allOf(facts, 'moved_broken')
  if (!yes(facts, 'moved_since')) throw new MaestroError('there is no list of what was installed before the upgrade')
  if (broken.length > 0)
    throw new MaestroError(`not fully installed: ${broken.join(', ')}`, { hint: '`dpkg --configure -a` there' })
  if (missing.length > 0)
    throw new MaestroError(
      `not at the planned version: ${missing.map(({ name, to }) => `${name} (${now.get(name) ?? 'not installed'}, not ${to})`).join(', ')}`,
    )
  if (others.length > 0)
    throw new MaestroError(
      `moved though it was not planned: ${others.map(([name, from, to]) => `${name} ${from} -> ${to || 'gone'}`).join(', ')}`,
    )
  return {
    upgraded: packages.map(({ name, from, to }) => `${name} ${from ?? 'new'} -> ${to}`),
    fixes: allOf(facts, 'moved_fix'),
    back: backText(packages),
    conffiles: allOf(facts, 'moved_conffile'),
    failed: allOf(facts, 'moved_failed'),
  }
}

const backText = (packages: readonly Planned[]) =>
  `apt-get install --allow-downgrades ${packages.flatMap(({ name, from }) => (from === null ? [] : [`${name}=${from}`])).join(' ')}`
