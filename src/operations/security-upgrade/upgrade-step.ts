import * as z from 'zod'
import { MaestroError } from '../../base/errors.ts'
import { packageName, packageVersion } from '../../base/forms.ts'
import type { ServerContext } from '../../plan/context.ts'
import { defineStep } from '../../plan/define-step.ts'
import { lazily, list, type Schema, text, word } from '../../plan/schema/schema.ts'
import type { Step } from '../../plan/step.ts'
import type { Verdict } from '../../plan/verdict.ts'
import type { Disk } from '../../remote/facts/disk.ts'
import type { ServerFacts } from '../../remote/facts/facts.ts'
import type { Planned, Security } from '../../remote/facts/security.ts'
import { allOf, yesOrNo } from '../../remote/fields.ts'
import type { Fields } from '../../remote/response.ts'
import { detachedJob } from '../job/job.ts'
import { jobInputs } from '../job/job-inputs.ts'
import { packagesNeedingReboot } from '../reboot/packages-needing-reboot.ts'
import { assertSucceeded } from '../unattended-upgrades/apt-job.ts'
import { unplannedPackages } from '../unplanned-packages.ts'
import type { SecurityUpgradeOptions } from './options.ts'
import { pinsText } from './pins.ts'

/** The part of the operation's options that this step goes by. */
export type UpgradeOptions = Omit<SecurityUpgradeOptions, 'restartServices' | 'unattendedUpgrades'>

export type UpgradeChange = {
  readonly packages: readonly Planned[]
  /** What is left as it is, and why, in lines for people. */
  readonly notes: readonly string[]
}

const upgradeChange: Schema<UpgradeChange> = lazily(() =>
  z.strictObject({
    packages: list(
      z.strictObject({
        name: word(packageName),
        from: word(packageVersion).nullable(),
        to: word(packageVersion),
        origin: text(),
      }),
    ),
    notes: list(text()),
  }),
)

type UpgradeEvidence = {
  readonly upgraded: readonly string[]
  /** What the changelogs of the packages say is fixed. */
  readonly fixes: readonly string[]
  /** The command that goes back. */
  readonly back: string
  readonly conffiles: readonly string[]
  /** Units that have failed. */
  readonly failed: readonly string[]
}

const upgradeEvidence: Schema<UpgradeEvidence> = lazily(() => {
  const lines = () => list(text())
  return z.strictObject({ upgraded: lines(), fixes: lines(), back: text(), conffiles: lines(), failed: lines() })
})

/** Installs exactly the security versions that were planned, as a job of the server's own, and proves it by dpkg. */
export function upgradeStep(options: UpgradeOptions): Step {
  const job = detachedJob<UpgradeChange>({
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
  return defineStep({
    id: 'security-upgrade',
    effect: 'disrupts',
    schemas: { change: upgradeChange, snapshot: upgradeChange, evidence: upgradeEvidence },
    facts: ['system', 'security', 'dpkg', 'disk'],
    plan: (facts) => planUpgrade(facts, options),
    describe: ({ packages, notes }) => [...packages.map(describePackage), ...notes.map((note) => `= ${note}`)],
    exceedsPlan: (planned, now) => unplannedPackages(planned?.packages, now.packages),
    snapshot: async (_, due) => due,
    status: job.status,
    apply: job.apply,
    verify: async (ctx, due) => {
      const finished = await job.finish(ctx)
      if (finished.kind !== 'exited' || finished.code !== 0) await assertDpkgWhole(ctx, due)
      assertSucceeded(ctx, 'the upgrade did not come to a good end', finished)
      return evidence(await requestInstalled(ctx, due), due)
    },
  })
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

function planUpgrade(facts: ServerFacts, options: UpgradeOptions): Verdict<UpgradeChange> {
  const { system, security, dpkg, disk } = facts
  if (system?.status === 'known' && !system.value.hasApt)
    return { status: 'blocked', why: `${system.value.name} has no apt: maestro upgrades Debian and Ubuntu` }
  if (security?.status !== 'known')
    return { status: 'unknown', why: `the pending upgrades are unknown: ${security?.why ?? 'it was not gathered'}` }
  if (dpkg?.status !== 'known')
    return { status: 'unknown', why: `the state of dpkg is unknown: ${dpkg?.why ?? 'it was not gathered'}` }
  const { packages, wrongSources } = security.value
  if (wrongSources.length > 0)
    return {
      status: 'blocked',
      why: `the pins do not hold for ${wrongSources.join(', ')}: somebody prefers it in /etc/apt/preferences.d`,
    }
  if (packages.length === 0)
    return { status: 'done', why: `no ${options.allPackages ? '' : 'security '}upgrade is due` }
  const short = disk?.status === 'known' ? shortOf(disk.value, security.value) : undefined
  if (short !== undefined) return { status: 'blocked', why: short }
  return {
    status: 'due',
    change: { packages, notes: [...notesOf(facts, { packages, ...options }), ...restartNote(facts)] },
  }
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

type NoteOptions = { readonly packages: readonly Planned[]; readonly allPackages: boolean }

// A fix that is there and is not taken is never left unsaid; nor, where all was asked for, anything else.
function notesOf({ upgrades }: ServerFacts, { packages, allPackages }: NoteOptions): readonly string[] {
  if (upgrades?.status !== 'known') return []
  const taken = new Set(packages.map(({ name }) => name))
  const { security, held, keptBack } = upgrades.value
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

function restartNote(facts: ServerFacts): readonly string[] {
  const names = packagesNeedingReboot(facts)
  return names.length === 0 ? [] : [`most likely due for a restart afterwards: ${names.join(', ')}`]
}

const requestInstalled = (ctx: ServerContext, { packages }: UpgradeChange): Promise<Fields> =>
  ctx.run({
    files: ['lib/read-apt.sh', 'security-upgrade/verify.sh'],
    inputs: {
      ...jobInputs({ ...ctx, key: `${ctx.runId}/${ctx.server.name}/security-upgrade` }),
      names: packages.map(({ name }) => name).join(' '),
    },
    asRoot: true,
    timeoutMs: 120_000,
  })

async function assertDpkgWhole(ctx: ServerContext, due: UpgradeChange): Promise<void> {
  const broken = allOf(await requestInstalled(ctx, due), 'moved_broken')
  if (broken.length > 0)
    throw new MaestroError(`the upgrade left packages half done: ${broken.join(', ')}`, {
      hint: '`dpkg --configure -a` there, then `maestro resume`',
    })
}

// What was planned is there, whoever brought it; nothing else has moved since, and nothing is half done.
function evidence(facts: Fields, { packages }: UpgradeChange): UpgradeEvidence {
  const moved = allOf(facts, 'moved').map((line) => line.split('|'))
  const now = new Map(allOf(facts, 'moved_planned').map((line) => line.split('|') as [string, string]))
  const missing = packages.filter(({ name, to }) => now.get(name) !== to)
  const planned = new Set(packages.map(({ name }) => name))
  const others = moved.filter(([name = '']) => !planned.has(name))
  const broken = allOf(facts, 'moved_broken')
  if (!yesOrNo(facts, 'moved_since'))
    throw new MaestroError('there is no list of what was installed before the upgrade')
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
    back: revertCommand(packages),
    conffiles: allOf(facts, 'moved_conffile'),
    failed: allOf(facts, 'moved_failed'),
  }
}

const revertCommand = (packages: readonly Planned[]) =>
  `apt-get install --allow-downgrades ${packages.flatMap(({ name, from }) => (from === null ? [] : [`${name}=${from}`])).join(' ')}`
