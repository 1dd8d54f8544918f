import * as z from 'zod'
import { UsageError } from '../../base/errors.ts'
import type { ServerContext } from '../../plan/context.ts'
import { defineStep } from '../../plan/define-step.ts'
import { RolledBackError } from '../../plan/errors.ts'
import type { SentFile } from '../../plan/pinned-file.ts'
import { lazily, type Schema, text, wholeNumber } from '../../plan/schema/schema.ts'
import type { Step } from '../../plan/step.ts'
import type { Verdict } from '../../plan/verdict.ts'
import { compareVersions } from '../../remote/debian-version.ts'
import type { ServerFacts } from '../../remote/facts/facts.ts'
import type { Mesh } from '../../remote/facts/mesh.ts'
import type { Weave } from '../../remote/facts/weave.ts'
import { detachedJob } from '../job/job.ts'
import { pathsOf } from '../job/job-inputs.ts'
import { assertSucceeded } from '../unattended-upgrades/apt-job.ts'
import { type WeaveChange, weaveChange } from './change.ts'
import { launchOf } from './launch.ts'
import { meshProblem, meshSnapshot, missingIn, waitForMesh, weaveFacts } from './mesh-status.ts'
import type { WeaveOptions, WeaveTarget } from './options.ts'

type WeaveEvidence = {
  readonly weave: string
  readonly connections: number
  /** Where what was there before is kept. */
  readonly back: string
}

const weaveEvidence: Schema<WeaveEvidence> = lazily(() =>
  z.strictObject({ weave: text(), connections: wholeNumber(), back: text() }),
)

/** Brings Weave to a version: one peer at a time, launched as it was, and proved by its mesh. */
export function weaveStep(options: WeaveOptions): Step {
  const job = detachedJob<WeaveChange>({
    script: async (due, ctx) => ({
      files: ['lib/docker-cli.sh', 'facts/mesh.sh', 'weave/upgrade.sh'],
      inputs: await inputsFor(due, options, ctx),
    }),
    stallTimeoutMs: options.stallTimeoutMs,
  })
  return defineStep({
    id: 'weave',
    effect: 'disrupts',
    schemas: { change: weaveChange, snapshot: weaveChange, evidence: weaveEvidence },
    isAlone: true,
    facts: weaveFacts,
    plan: (facts) => planWeave(facts, options),
    describe: ({ from, to, arguments: given, hasUnit, connectionCount }) => [
      `Weave ${from} -> ${to}, alone: ${describeConnections(connectionCount)} for some seconds`,
      hasUnit ? '= weave.service stops and starts it' : `= launched as it is: weave launch ${given.join(' ')}`.trim(),
    ],
    // Who has left the mesh since is not waited for, and nobody has seen what it was launched with anew.
    exceedsPlan: (planned, now) => {
      if (planned === undefined) return `Weave was ${now.to} and is not any more`
      if (now.arguments.join('\n') !== planned.arguments.join('\n'))
        return 'its router was launched again with other arguments'
      return now.connectionCount < planned.connectionCount
        ? `${now.connectionCount} of ${planned.connectionCount} connections of Weave are established`
        : undefined
    },
    snapshot: async (_, due) => due,
    status: job.status,
    apply: job.apply,
    verify: async (ctx, due) => {
      const finished = await job.finish(ctx)
      if (finished.kind !== 'exited' || finished.code !== 0) await hasPreviousVersion(ctx, due, finished.lastLines)
      assertSucceeded(ctx, `Weave is not upgraded to ${due.to}`, finished)
      await waitForMesh(ctx, { ...due, version: due.to }, options.readyTimeoutMs)
      return {
        weave: `${due.from} -> ${due.to}`,
        connections: due.connectionCount,
        back: `${pathsOf(ctx).folder}/weave.old is the script of ${due.from}`,
      }
    },
  })
}

// That it stands as before is believed from a look alone, and not from the words of the job.
async function hasPreviousVersion(ctx: ServerContext, due: WeaveChange, lastLines: readonly string[]): Promise<void> {
  const lack = missingIn(await ctx.gatherFacts(weaveFacts), { ...due, version: due.from, sha256: due.fromSha256 })
  if (lack !== undefined) return
  throw new RolledBackError(`Weave is not upgraded to ${due.to}: ${lastLines.at(-1) ?? 'the job said nothing'}`, {
    hint: `see ${pathsOf(ctx).log} there; once that is put right, begin a new run`,
  })
}

/** The script as it is sent, which must be that of the version. */
export function sentScript({ script, version }: WeaveTarget): readonly SentFile[] {
  if (script === null) return []
  const check = (text: string) => {
    const its = /^SCRIPT_VERSION="(.*)"$/m.exec(text)?.[1]
    if (its === undefined) throw new UsageError(`${script.from} is no weave script: it has no SCRIPT_VERSION`)
    if (its !== version)
      throw new UsageError(`${script.from} is the weave script of ${its}, and weave_version is ${version}`, {
        hint: 'maestro.weave.script and its sha256 belong to one version: change all three together',
      })
  }
  return [{ file: script, check }]
}

const describeConnections = (count: number) =>
  count === 0 ? 'it has no connections, and is away' : `${count} connection${count === 1 ? '' : 's'} away`

async function inputsFor(
  due: WeaveChange,
  { script, images, rollsBack, readyTimeoutMs }: WeaveOptions,
  ctx: ServerContext,
) {
  if (script === null) throw new RangeError('a weave step is due without a script')
  return {
    script: await ctx.readPinnedFile(script),
    sum: due.sha256,
    version: due.to,
    images: images.join('\n'),
    arguments: due.arguments.join('\n'),
    variables: due.variables.join('\n'),
    // A unit brings its own.
    has_password: due.hasPassword && !due.hasUnit ? 'yes' : 'no',
    has_unit: due.hasUnit ? 'yes' : 'no',
    connections: String(due.connectionCount),
    limit_seconds: String(Math.ceil(readyTimeoutMs / 1000)),
    may_go_back: rollsBack ? 'yes' : 'no',
  }
}

function planWeave({ weave, mesh }: ServerFacts, options: WeaveOptions): Verdict<WeaveChange> {
  if (weave?.status !== 'known')
    return { status: 'unknown', why: `the state of Weave is unknown: ${weave?.why ?? 'it was not gathered'}` }
  if (weave.value === null) return { status: 'not-due', why: 'there is no Weave here' }
  // It would be found out in the middle of the pass otherwise.
  if (mesh?.status !== 'known')
    return {
      status: 'blocked',
      why: `the state of the Weave router is unknown: ${mesh?.why ?? 'it was not gathered'}: see \`weave status\` there`,
    }
  if (mesh.value === null)
    return { status: 'blocked', why: 'the router of Weave does not run: `weave launch` there first, as it should be' }
  return planRunning(weave.value, mesh.value, options)
}

function planRunning({ version: from }: Weave, mesh: Mesh, options: WeaveOptions): Verdict<WeaveChange> {
  const { version: to, script, allowsDowngrade } = options
  if (from === to && (script === null || mesh.scriptSha256 === script.sha256))
    return { status: 'done', why: `Weave ${to} runs` }
  if (script === null)
    return {
      status: 'blocked',
      why: `Weave is ${from} and weave_version is ${to}: maestro.weave.script and sha256 have to say where it comes from`,
    }
  if (compareVersions(from, to) > 0 && !allowsDowngrade)
    return { status: 'blocked', why: `Weave is ${from}, which is newer than ${to}: --allow-downgrade goes back` }
  const problem = meshProblem(mesh)
  if (problem.length > 0) return { status: 'blocked', why: `the mesh of Weave is not whole: ${problem.join('; ')}` }
  if (mesh.launch.hasLimits && !mesh.launch.hasUnit)
    return {
      status: 'blocked',
      why: 'the router of Weave was launched with limits (WEAVE_DOCKER_ARGS), which cannot be read back: run it by weave.service',
    }
  const launch = launchOf(mesh.launch, mesh.targets)
  if ('unknown' in launch)
    return {
      status: 'blocked',
      why: `the router of Weave was launched with ${launch.unknown}, which maestro does not know: run it by weave.service`,
    }
  const { hasPassword, hasUnit } = mesh.launch
  return {
    status: 'due',
    change: {
      ...meshSnapshot(mesh),
      ...launch,
      from,
      to,
      fromSha256: mesh.scriptSha256,
      sha256: script.sha256,
      hasPassword,
      hasUnit,
    },
  }
}
