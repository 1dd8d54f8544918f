import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { pullImagesStep } from '../../../src/operations/compose/pull-images-step.ts'
import { rollbackStep } from '../../../src/operations/compose/rollback-step.ts'
import { upStep } from '../../../src/operations/compose/up-step.ts'
import type { ServerContext } from '../../../src/plan/context.ts'
import { RolledBackError } from '../../../src/plan/errors.ts'
import type { ComposeState } from '../../../src/remote/facts/compose.ts'
import { makePinnedFileReader } from '../../../src/run/local/pinned-files.ts'
import {
  buildDeployedService,
  buildServiceContainer,
  buildShopFacts,
  engine,
  imageIdOf,
  newShop,
  oldRevision,
  oldShop,
  revision,
  shopOptions,
} from '../../support/builders/build-compose-state.ts'
import { known } from '../../support/builders/build-facts.ts'
import { type Answers, fakeServerContext } from '../../support/fakes/fake-server-context.ts'

const step = upStep(shopOptions)
const images = pullImagesStep(shopOptions)
const linesOf = (parts: Partial<ComposeState>, options = shopOptions) => {
  const verdict = upStep(options).plan(buildShopFacts(parts))
  return verdict.status === 'due' ? step.describe(verdict.change) : [verdict.status]
}

describe('upStep and pullImagesStep: plan', () => {
  it('list every service with its current and its new image', () => {
    expect(linesOf({})).toEqual([
      `services: revision ${revision.slice(0, 12)}`,
      `web: web:1 (${imageIdOf('web', 1).slice(7, 19)}) -> registry.example.com/shop/web:$TAG`,
      `cache: cache:1 (${imageIdOf('cache', 1).slice(7, 19)}) -> redis:7.4`,
    ])
  })

  it('say when there is no version to roll back to, and which services are removed', () => {
    expect(linesOf({ deployed: [] })).toContain(
      'there is nothing to go back to: maestro rolls them out there for the first time',
    )
    expect(linesOf({ deployed: [...newShop, buildDeployedService('old', 2)] })).toEqual([
      expect.anything(),
      'old goes: it is not in the file any more',
    ])
  })

  it('are done when the revision runs as it was rolled out', () => {
    expect(linesOf({ deployed: newShop })).toEqual(['done'])
    expect(images.plan(buildShopFacts({ deployed: newShop }))).toMatchObject({ status: 'done' })
  })

  it('leave out services that were not selected', () => {
    const alone = { ...shopOptions, images: { web: 'web:2' }, isPart: true }

    expect(
      linesOf(
        {
          deployed: [buildDeployedService('cache', 1), buildDeployedService('web', 2), buildDeployedService('old', 1)],
        },
        alone,
      ),
    ).toEqual(['done'])
  })

  const web = buildDeployedService('web', 2)
  const whenWeb = (...containers: ComposeState['containers']) =>
    linesOf({ deployed: newShop, containers: [buildServiceContainer(buildDeployedService('cache', 2)), ...containers] })

  it.each([
    ['it has no container', [], 'has no container'],
    [
      'another image runs',
      [buildServiceContainer({ ...web, id: imageIdOf('web', 9) })],
      `runs as ${imageIdOf('web', 9).slice(7, 19)}`,
    ],
    [
      'its configuration is another',
      [buildServiceContainer({ ...web, configuration: 'x' })],
      'was changed by another hand',
    ],
    ['it is unhealthy', [buildServiceContainer(web, { health: 'unhealthy' })], 'is unhealthy'],
    ['it has ended', [buildServiceContainer(web, { state: 'exited', exitCode: 1 })], 'has ended with exit code 1'],
    ['it falls over', [buildServiceContainer(web, { state: 'restarting' })], 'is restarting'],
  ])('include a service of which %s', (_, containers, words) => {
    expect(whenWeb(...containers).at(-1)).toContain(words)
  })

  it.each([
    ['is about to tell its health', buildServiceContainer(web, { health: 'starting' })],
    ['was a job, and has ended well', buildServiceContainer(web, { state: 'exited', restartPolicy: 'no' })],
  ])('leave out a service that %s', (_, one) => {
    expect(whenWeb(one)).toEqual(['done'])
  })

  it('pull no images when services are only repaired, unless --pull is given', () => {
    const sick = buildShopFacts({
      deployed: newShop,
      containers: [
        buildServiceContainer(buildDeployedService('cache', 2)),
        buildServiceContainer(web, { health: 'unhealthy' }),
      ],
    })

    expect(images.plan(sick)).toMatchObject({ status: 'done' })
    expect(step.plan(sick)).toMatchObject({ status: 'due', change: { again: ['web'], isNew: false } })
    expect(pullImagesStep({ ...shopOptions, pull: true }).plan(buildShopFacts({ deployed: newShop }))).toMatchObject({
      status: 'due',
    })
  })

  it.each([
    ['Docker is not installed', { docker: known(null) }, 'blocked'],
    ['Docker does not answer', { docker: known({ ...engine, trouble: 'docker.service is failed' }) }, 'blocked'],
    ['what runs cannot be told', { compose: { status: 'unknown', why: 'permission denied' } as const }, 'unknown'],
    ['it was not gathered for Docker', { docker: { status: 'unknown', why: 'no sudo' } as const }, 'unknown'],
  ])('do not start when %s', (_, parts, status) => {
    expect(step.plan(buildShopFacts({}, parts))).toMatchObject({ status })
  })

  it.each([
    ['docker-ce', 'Docker Compose is not installed: `apt-get install docker-compose-plugin` there'],
    ['docker.io', 'Docker Compose is not installed: `apt-get install docker-compose-v2` there'],
    ['static', 'Docker Compose is not installed: see https://docs.docker.com/compose/install/linux/'],
  ])('name the package of Compose beside %s', (source, why) => {
    const facts = buildShopFacts({ compose: undefined }, { docker: known({ ...engine, source }) })

    expect(step.plan(facts)).toEqual({ status: 'blocked', why })
  })
})

type Asked = {
  readonly answers?: Answers
  readonly told?: Partial<ComposeState>
  readonly files?: ServerContext['readPinnedFile']
}

function shopContext({ answers = [{}], told = {}, files = makePinnedFileReader() }: Asked = {}) {
  const { ctx, asked } = fakeServerContext(answers)
  return { asked, at: { ...ctx, gatherFacts: async () => buildShopFacts(told), readPinnedFile: files } }
}

const due = step.plan(buildShopFacts())
if (due.status !== 'due') throw new Error('nothing is due')
const { change } = due

describe('pullImagesStep', () => {
  const begun = { job_begun: 'yes' }

  it('uploads the files in a script of its own and not in the job', async () => {
    const { at, asked } = shopContext({ answers: [{}, begun] })

    await images.apply(at, change)

    expect(asked.map(({ files }) => files.at(-1))).toEqual(['compose/stage.sh', 'job/start.sh'])
    expect(asked[0]?.inputs?.env).toContain('not-a-real-one')
    expect(JSON.stringify(asked[1])).not.toContain('not-a-real-one')
    expect(JSON.stringify([change, shopOptions])).not.toContain('not-a-real-one')
  })

  it('does not upload files that are on the server', async () => {
    const { at, asked } = shopContext({ answers: [begun], told: { isStaged: true }, files: () => Promise.reject() })

    await images.apply(at, change)

    expect(asked.map(({ files }) => files.at(-1))).toEqual(['job/start.sh'])
  })

  it('fails when the files are not those of the plan', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'maestro-services-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const edited = join(folder, 'compose.yml')
    writeFileSync(edited, 'services: {}\n')
    const { at, asked } = shopContext()

    const acted = pullImagesStep({ ...shopOptions, compose: { ...shopOptions.compose, from: edited } }).apply(
      at,
      change,
    )

    await expect(acted).rejects.toThrow(/compose.yml is not what was planned: .* has the SHA-256 /)
    expect(asked).toEqual([])
  })
})

describe('upStep: status and verify', () => {
  const ended = (result: string, log = 'why: web is unhealthy\n') => ({
    job_is: 'ended',
    job_result: result,
    job_log_from: '0',
    job_log_bytes: Buffer.from(log).toString('hex'),
  })
  const statusOf = (answer: Readonly<Record<string, string>>) =>
    step.status(shopContext({ answers: [answer] }).at, change)
  const proveBy = (result: string, told: Partial<ComposeState> = {}, log?: string) =>
    step.verify(shopContext({ answers: [ended(result, log)], told }).at, change)

  it.each([
    ['never began', { job_is: 'none' }, 'no'],
    ['is at work', { job_is: 'running' }, 'running'],
    ['has ended well', ended('exited 0 1'), 'yes'],
    ['has gone back', ended('exited 3 1'), 'yes'],
    ['has left something that is not well', ended('exited 4 1'), 'no'],
    ['is gone with a restart of the server', { job_is: 'gone' }, 'no'],
  ])('status of a job that %s', async (_, answer, status) => {
    expect(await statusOf(answer)).toBe(status)
  })

  it('verify reports a rollback when the job rolled back or changed nothing', async () => {
    await expect(proveBy('exited 3 1')).rejects.toThrow(RolledBackError)
    await expect(proveBy('exited 3 1')).rejects.toThrow('web is unhealthy; what was there before is back, and well')
    await expect(proveBy('exited 1 1', {}, 'the images are not known\n')).rejects.toThrow(
      'nothing was changed: the images are not known',
    )
  })

  it('verify fails when the job left unhealthy services', async () => {
    await expect(proveBy('exited 4 1')).rejects.not.toThrow(RolledBackError)
    await expect(proveBy('exited 4 1')).rejects.toThrow('web is unhealthy; it stays as it is')
    await expect(proveBy('killed oom-kill KILL 1')).rejects.toThrow('the work was ended there (oom-kill)')
  })

  const asked = newShop.map(({ service, image, id }) => ({ service, image, id, isPulled: true }))

  it('verify returns the images that run, before and after', async () => {
    const [cache, web] = [imageIdOf('cache', 2).slice(7, 19), imageIdOf('web', 2).slice(7, 19)]

    await expect(proveBy('exited 0 1', { deployed: newShop, asked })).resolves.toEqual({
      revision: revision.slice(0, 12),
      services: [
        `web: web:1 ${imageIdOf('web', 1).slice(7, 19)} -> web:2 ${web}`,
        `cache: cache:1 ${imageIdOf('cache', 1).slice(7, 19)} -> cache:2 ${cache}`,
      ],
      gone: [],
    })
  })

  it.each([
    ['the old ones run', { deployed: oldShop, asked }, 'web was not rolled out'],
    [
      'another image runs than was brought',
      { deployed: newShop, asked: asked.map((one) => ({ ...one, id: imageIdOf('x', 1) })) },
      `web runs as ${imageIdOf('web', 2).slice(7, 19)}`,
    ],
    ['nothing runs', { deployed: newShop, asked, containers: [] }, 'web has no container'],
  ])('verify fails when %s', async (_, told, words) => {
    await expect(proveBy('exited 0 1', told)).rejects.toThrow(words)
  })
})

describe('rollbackStep', () => {
  const back = rollbackStep({ project: 'shop', groups: ['docker'], timeoutMs: 1000, stallTimeoutMs: 1000 })

  it('is due once and names the previous images', () => {
    const verdict = back.plan(buildShopFacts({ deployed: newShop, before: [buildDeployedService('web', 1)] }))

    expect(verdict.status === 'due' && back.describe(verdict.change)).toEqual([
      `web: web:2 (${imageIdOf('web', 2).slice(7, 19)}) -> web:1 (${imageIdOf('web', 1).slice(7, 19)})`,
      'cache goes: it came with what is taken back',
    ])
    expect(back.plan(buildShopFacts({ deployed: oldShop, before: oldShop }))).toMatchObject({ status: 'done' })
    expect(back.plan(buildShopFacts())).toMatchObject({ status: 'blocked' })
  })

  it('passes exactly the previous records to the job', async () => {
    const { at, asked } = shopContext({ answers: [{ job_begun: 'yes' }] })

    await back.apply(at, { from: newShop, to: [buildDeployedService('web', 1)] })

    expect(asked[0]?.inputs?.job).toContain(`'web|${oldRevision}|web:1|${imageIdOf('web', 1)}|configuration-1'`)
  })
})
