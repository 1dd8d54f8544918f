import * as z from 'zod'
import { MaestroError, RefusedError } from '../../base/errors.ts'
import type { ServerContext } from '../../plan/context.ts'
import { RolledBackError } from '../../plan/errors.ts'
import { lazily, list, type Schema, text, wholeNumber } from '../../plan/schema/schema.ts'
import type { StepDefinition } from '../../plan/step.ts'
import { isEngine } from '../../remote/engine-version.ts'
import { detachedJob } from '../job/job.ts'
import { pathsOf } from '../job/job-inputs.ts'
import { assertSucceeded } from '../unattended-upgrades/apt-job.ts'
import { unplannedPackages } from '../unplanned-packages.ts'
import { appliedChange, type DockerChange, dockerChange, type PackageChange } from './change.ts'
import {
  type ContainerSnapshot,
  containerSnapshot,
  differences,
  downtimes,
  expectedBack,
} from './container-snapshot.ts'
import { assertAnswers, requestJobStatus, type UpgradeJobStatus } from './job-status.ts'
import type { DockerUpgradeOptions } from './options.ts'
import { dockerFacts, planDocker } from './plan-upgrade.ts'

/** Everything that was there before; no containers where there was no engine to ask. */
type UpgradeSnapshot = Omit<DockerChange, 'needsRepository' | 'title' | 'notes'> & {
  readonly containers: ContainerSnapshot | null
}

const upgradeSnapshot: Schema<UpgradeSnapshot> = lazily(() =>
  z.strictObject({ ...appliedChange(), containers: containerSnapshot().nullable() }),
)

type UpgradeEvidence = {
  readonly engine: string
  readonly client: string
  readonly packages: readonly string[]
  /** Packages that came with it, as a dependency. */
  readonly came: readonly string[]
  readonly containers: number
  readonly downSeconds: number | null
  /** For how long each container was away. */
  readonly away: readonly string[]
  /** The command that goes back. */
  readonly back: string | null
}

const upgradeEvidence: Schema<UpgradeEvidence> = lazily(() =>
  z.strictObject({
    engine: text(),
    client: text(),
    packages: list(text()),
    came: list(text()),
    containers: wholeNumber(),
    downSeconds: z.number().nullable(),
    away: list(text()),
    back: text().nullable(),
  }),
)

/** Changes Docker's packages, as a job of the server's own that goes back by itself, and proves it by what runs. */
export function upgradeStep(
  options: DockerUpgradeOptions,
): StepDefinition<DockerChange, UpgradeSnapshot, UpgradeEvidence> {
  const { apply, status, finish } = detachedJob<UpgradeSnapshot>({
    script: (before) => ({
      files: [
        'lib/apt.sh',
        'facts/dpkg.sh',
        'lib/apt-lock.sh',
        'docker-upgrade/engine.sh',
        'docker-upgrade/upgrade.sh',
      ],
      inputs: inputsOf(before, options),
    }),
    stallTimeoutMs: options.stallTimeoutMs + options.stableTimeMs,
  })
  return {
    id: 'docker-upgrade',
    effect: 'disrupts',
    schemas: { change: dockerChange, snapshot: upgradeSnapshot, evidence: upgradeEvidence },
    groups: options.groups,
    facts: dockerFacts,
    plan: (facts) => planDocker(facts, options),
    describe: ({ title, packages, notes }) => [
      title,
      ...packages.map(describeMove),
      ...notes.map((note) => `= ${note}`),
    ],
    exceedsPlan: (planned, now) => unplannedPackages(planned?.packages, now.packages),
    snapshot: async (ctx, { packages, from, to, stopsFirst, holds }) => {
      const { answers } = await requestJobStatus(ctx)
      // Where it never was, or is to be brought back to life, there is nothing to ask.
      if (answers === undefined && from !== null && !options.rollsBackTo)
        throw new RefusedError('Docker does not answer, so what runs there is unknown')
      return { packages, from, to, stopsFirst, holds, containers: answers?.census ?? null }
    },
    status,
    apply,
    verify: async (ctx, before) => {
      assertSucceeded(ctx, `Docker did not come to be ${before.to}`, await finish(ctx))
      const status = await requestJobStatus(ctx)
      if (status.end === 'back') throw await rolledBack(ctx, before, status)
      return evidence(ctx, before, { standing: status, isBack: options.rollsBackTo })
    },
  }
}

const describeMove = ({ name, from, to }: PackageChange) =>
  from === null ? `+ ${name} ${to}` : `${name} ${from} -> ${to}`

function inputsOf({ packages, from, containers, stopsFirst, holds }: UpgradeSnapshot, options: DockerUpgradeOptions) {
  const { running, healthy, idle } = containers === null ? nobody : expectedBack(containers)
  return {
    packages: packages.map(({ name, to }) => `${name}=${to}`).join('\n'),
    source: options.rollsBackTo ? 'back' : 'new',
    may_go_back: options.rollsBack && !options.rollsBackTo && from !== null && packages.length > 0 ? 'yes' : 'no',
    holds: holds.join(' '),
    running: running.join(' '),
    healthy: healthy.join(' '),
    idle: idle.join(' '),
    stop_first: stopsFirst ? 'yes' : 'no',
    lock_seconds: seconds(options.lockTimeoutMs),
    ready_seconds: seconds(options.readyTimeoutMs),
    stable_seconds: seconds(options.stableTimeMs),
  }
}

const nobody = { running: [], healthy: [], idle: [] }
const seconds = (timeMs: number) => String(Math.ceil(timeMs / 1000))

/** What shows that the server is as it was before; the error says why it had to go back, or what of it cannot be shown. */
async function rolledBack(ctx: ServerContext, before: UpgradeSnapshot, status: UpgradeJobStatus): Promise<Error> {
  const why = status.why ?? 'it did not come to run'
  const old = before.packages.flatMap(({ name, from }) => (from === null ? [] : [{ name, to: from }]))
  const problem = problemWith({ packages: old, engine: before.from ?? '', census: before.containers }, status)
  if (problem.length > 0)
    return new MaestroError(`${why}; it went back, but ${problem.join('; ')}`, {
      hint: `see ${pathsOf(ctx).log} there`,
    })
  return new RolledBackError(`${why}; it went back to Docker ${before.from}, and all runs as before`, {
    hint: `see ${pathsOf(ctx).log} there; once that is put right, begin a new run`,
  })
}

type AfterUpgrade = {
  readonly packages: readonly { readonly name: string; readonly to: string }[]
  readonly engine: string
  readonly census: ContainerSnapshot | null
}

function problemWith(
  { packages, engine, census: snapshot }: AfterUpgrade,
  status: UpgradeJobStatus,
): readonly string[] {
  const now = new Map(status.packages.map((one) => [one.name, one]))
  const { server, client, census: seen } = assertAnswers(status)
  return [
    ...status.packages.filter(({ isWhole }) => !isWhole).map(({ name }) => `${name} is not fully installed`),
    ...packages.flatMap(({ name, to }) =>
      now.get(name)?.version === to ? [] : [`${name} is ${now.get(name)?.version ?? 'not installed'}, not ${to}`],
    ),
    ...[
      ['engine', server],
      ['client', client],
    ].flatMap(([what, told = '']) =>
      isEngine(told, engine) ? [] : [`the ${what} that answers is ${told}, not ${engine}`],
    ),
    ...(snapshot === null ? [] : differences(snapshot, seen)),
  ]
}

function evidence(
  ctx: ServerContext,
  { packages, from, to, containers }: UpgradeSnapshot,
  { standing: status, isBack }: { readonly standing: UpgradeJobStatus; readonly isBack: boolean },
): UpgradeEvidence {
  const problem = problemWith({ packages, engine: to, census: containers }, status)
  if (problem.length > 0)
    throw new MaestroError(problem.join('; '), {
      hint: `see ${pathsOf(ctx).log} there; \`maestro docker-upgrade --rollback\` goes back`,
    })
  const { server, client, census: now } = assertAnswers(status)
  const { running } = expectedBack(containers ?? now)
  return {
    engine: server,
    client,
    packages: packages.map(({ name, from: old, to: version }) => `${name} ${old ?? 'new'} -> ${version}`),
    came: status.came,
    containers: running.length,
    downSeconds: status.downSeconds ?? null,
    away: containers === null ? [] : downtimes(containers, now),
    back: from === null || isBack ? null : 'maestro docker-upgrade --rollback',
  }
}
