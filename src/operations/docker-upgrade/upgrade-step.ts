import { MaestroError, RefusedError } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import { TakenBackError } from '../../plan/errors.ts'
import type { Context, Step } from '../../plan/step.ts'
import { isEngine } from '../../remote/engine-version.ts'
import { detached } from '../job/job.ts'
import { pathsOf } from '../job/job-inputs.ts'
import { mustHaveWorked } from '../unattended-upgrades/apt-job.ts'
import { moreThanPlanned } from '../unplanned-packages.ts'
import { awayTimes, type Census, differences, expectedBack } from './container-snapshot.ts'
import { askStanding, mustAnswer, type Standing } from './job-status.ts'
import type { DockerUpgradeOptions } from './options.ts'
import { type Due, dockerParts, foreseeDocker } from './plan-upgrade.ts'
import type { Move } from './target-packages.ts'

/** Everything that was there before; no census where there was no engine to ask. */
type Before = Omit<Due, 'needsRepository' | 'title' | 'notes'> & { readonly census: Census | null }

/** Changes Docker's packages, as a job of the server's own that goes back by itself, and proves it by what runs. */
export function upgradeStep(options: DockerUpgradeOptions): Step<Due, Before> {
  const { act, settled, finish } = detached<Before>({
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
    groups: options.groups,
    parts: dockerParts,
    foresee: (look) => foreseeDocker(look, options),
    describe: ({ title, packages, notes }) => [
      title,
      ...packages.map(describeMove),
      ...notes.map((note) => `= ${note}`),
    ],
    drift: (planned, now) => moreThanPlanned(planned?.packages, now.packages),
    before: async (at, { packages, from, to, stopsFirst, holds }) => {
      const { answers } = await askStanding(at)
      // Where it never was, or is to be brought back to life, there is nothing to ask.
      if (answers === undefined && from !== null && !options.goesBack)
        throw new RefusedError('Docker does not answer, so that what runs there cannot be told')
      return { packages, from, to, stopsFirst, holds, census: answers?.census ?? null }
    },
    settled,
    act,
    prove: async (at, before) => {
      mustHaveWorked(at, `Docker did not come to be ${before.to}`, await finish(at))
      const standing = await askStanding(at)
      if (standing.end === 'back') throw await takenBack(at, before, standing)
      return proof(at, before, { standing, isBack: options.goesBack })
    },
  }
}

const describeMove = ({ name, from, to }: Move) => (from === null ? `+ ${name} ${to}` : `${name} ${from} -> ${to}`)

function inputsOf({ packages, from, census, stopsFirst, holds }: Before, options: DockerUpgradeOptions) {
  const { running, healthy, idle } = census === null ? nobody : expectedBack(census)
  return {
    packages: packages.map(({ name, to }) => `${name}=${to}`).join('\n'),
    source: options.goesBack ? 'back' : 'new',
    may_go_back: options.rollsBack && !options.goesBack && from !== null && packages.length > 0 ? 'yes' : 'no',
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
async function takenBack(at: Context, before: Before, standing: Standing): Promise<Error> {
  const why = standing.why ?? 'it did not come to run'
  const old = before.packages.flatMap(({ name, from }) => (from === null ? [] : [{ name, to: from }]))
  const trouble = troubleWith({ packages: old, engine: before.from ?? '', census: before.census }, standing)
  if (trouble.length > 0)
    return new MaestroError(`${why}; it went back, but ${trouble.join('; ')}`, { hint: `see ${pathsOf(at).log} there` })
  return new TakenBackError(`${why}; it went back to Docker ${before.from}, and all runs as before`, {
    hint: `see ${pathsOf(at).log} there; once that is put right, begin a new run`,
  })
}

type Shown = {
  readonly packages: readonly { readonly name: string; readonly to: string }[]
  readonly engine: string
  readonly census: Census | null
}

function troubleWith({ packages, engine, census }: Shown, standing: Standing): readonly string[] {
  const now = new Map(standing.packages.map((one) => [one.name, one]))
  const { server, client, census: seen } = mustAnswer(standing)
  return [
    ...standing.packages.filter(({ isWhole }) => !isWhole).map(({ name }) => `${name} is not fully installed`),
    ...packages.flatMap(({ name, to }) =>
      now.get(name)?.version === to ? [] : [`${name} is ${now.get(name)?.version ?? 'not installed'}, not ${to}`],
    ),
    ...[
      ['engine', server],
      ['client', client],
    ].flatMap(([what, told = '']) =>
      isEngine(told, engine) ? [] : [`the ${what} that answers is ${told}, not ${engine}`],
    ),
    ...(census === null ? [] : differences(census, seen)),
  ]
}

function proof(
  at: Context,
  { packages, from, to, census }: Before,
  { standing, isBack }: { readonly standing: Standing; readonly isBack: boolean },
): Json {
  const trouble = troubleWith({ packages, engine: to, census }, standing)
  if (trouble.length > 0)
    throw new MaestroError(trouble.join('; '), {
      hint: `see ${pathsOf(at).log} there; \`maestro docker-upgrade --rollback\` goes back`,
    })
  const { server, client, census: now } = mustAnswer(standing)
  const { running } = expectedBack(census ?? now)
  return {
    engine: server,
    client,
    packages: packages.map(({ name, from: old, to: version }) => `${name} ${old ?? 'new'} -> ${version}`),
    came: standing.came,
    containers: running.length,
    downSeconds: standing.downSeconds ?? null,
    away: census === null ? [] : awayTimes(census, now),
    back: from === null || isBack ? null : 'maestro docker-upgrade --rollback',
  }
}
