import { describe, expect, it } from 'vitest'
import { upgradeStep } from '../../../src/operations/docker-upgrade/upgrade-step.ts'
import { defineStep } from '../../../src/plan/define-step.ts'
import { RolledBackError } from '../../../src/plan/errors.ts'
import { buildUpgradeOptions, noble, oldVersion } from '../../support/builders/build-docker-facts.ts'
import { fakeServerContext } from '../../support/fakes/fake-server-context.ts'

const containerId = 'a'.repeat(64)
const imageId = `sha256:${'1'.repeat(64)}`
const container = (state: string) =>
  JSON.stringify([
    containerId,
    '/web',
    imageId,
    state,
    null,
    'no',
    false,
    '',
    '',
    '2026-11-20T09:00:00Z',
    '2026-11-20T08:59:50Z',
  ])

const snapshotAnswer = (version: string, engine: string, parts: object = {}) => ({
  census_server: engine,
  census_client: engine,
  census_driver: 'overlay2 systemd',
  census_package: `docker-ce|${version}|hi `,
  census_container: container('running'),
  census_image: imageId,
  census_time: ['down 10.0', 'up 32.9'],
  ...parts,
})
const upgraded = (parts: object = {}) =>
  snapshotAnswer(noble('26.1.5'), '26.1.5+dfsg1', { census_end: 'upgraded', ...parts })
const back = (parts: object = {}) =>
  snapshotAnswer(oldVersion, '20.10.24+dfsg1', {
    census_end: 'back',
    census_why: 'Docker does not start: dockerd: broken build',
    ...parts,
  })

const step = defineStep(upgradeStep(buildUpgradeOptions()))
const due = {
  packages: [{ name: 'docker-ce', from: oldVersion, to: noble('26.1.5') }],
  from: '20.10.24',
  to: '26.1.5',
  stopsFirst: false,
  holds: ['docker-ce'],
  needsRepository: false,
  title: '',
  notes: [],
}
const ended = { job_is: 'ended', job_result: 'exited 0 1' }

async function proveBy(after: Readonly<Record<string, string | readonly string[]>>) {
  const { ctx } = fakeServerContext([snapshotAnswer(oldVersion, '20.10.24+dfsg1'), ended, after])
  return step.verify(ctx, await step.snapshot(ctx, due))
}

describe('upgradeStep: verify', () => {
  it('passes when engine and client answer the version and all containers run again', async () => {
    await expect(proveBy(upgraded())).resolves.toMatchObject({
      engine: '26.1.5+dfsg1',
      packages: [`docker-ce ${oldVersion} -> ${noble('26.1.5')}`],
      containers: 1,
      downSeconds: 22.9,
      back: 'maestro docker-upgrade --rollback',
    })
  })

  it.each<[string, object, RegExp]>([
    [
      'the old engine answers',
      { census_server: '20.10.24+dfsg1' },
      /the engine that answers is 20.10.24\+dfsg1, not 26.1.5/,
    ],
    ['the old client answers', { census_client: '20.10.24' }, /the client that answers is 20.10.24, not 26.1.5/],
    [
      'a package is another',
      { census_package: `docker-ce|${oldVersion}|ii ` },
      /docker-ce is 5:20.10.24~3-0~ubuntu-noble, not 5:26.1.5/,
    ],
    [
      'a package is half done',
      { census_package: `docker-ce|${noble('26.1.5')}|iF ` },
      /docker-ce is not fully installed/,
    ],
    ['a container is down', { census_container: container('exited') }, /container web is exited and ran before/],
    ['an image is gone', { census_image: [] }, /these images are gone: sha256:1111/],
  ])('fails when %s', async (_, parts, words) => {
    await expect(proveBy(upgraded(parts))).rejects.toThrow(words)
  })

  it('fails when the engine does not answer', async () => {
    await expect(proveBy({ census_end: 'upgraded' })).rejects.toThrow('Docker does not answer')
  })

  it('reports why the job rolled back, and that all is as before', async () => {
    const failing = proveBy(back())

    await expect(failing).rejects.toThrow(RolledBackError)
    await expect(failing).rejects.toThrow(
      'Docker does not start: dockerd: broken build; it went back to Docker 20.10.24, and all runs as before',
    )
  })

  it.each<[string, object, RegExp]>([
    ['a container is down', { census_container: container('exited') }, /it went back, but container web is exited/],
    ['the packages are not', { census_package: `docker-ce|${noble('26.1.5')}|hi ` }, /it went back, but docker-ce is/],
  ])('does not report a rollback when %s', async (_, parts, words) => {
    const failing = proveBy(back(parts))

    await expect(failing).rejects.not.toThrow(RolledBackError)
    await expect(failing).rejects.toThrow(words)
  })

  it('fails with the last line of a job that did not complete', async () => {
    const { ctx } = fakeServerContext([
      snapshotAnswer(oldVersion, '20.10.24'),
      { job_is: 'ended', job_result: 'exited 1 1' },
    ])
    const before = await step.snapshot(ctx, due)

    await expect(step.verify(ctx, before)).rejects.toThrow('Docker did not come to be 26.1.5')
  })

  it('snapshot fails when Docker does not answer', async () => {
    await expect(step.snapshot(fakeServerContext([{}]).ctx, due)).rejects.toThrow('Docker does not answer')
  })
})

describe('upgradeStep: apply', () => {
  it('passes the running containers in order and allows the rollback', async () => {
    const { ctx, asked } = fakeServerContext([snapshotAnswer(oldVersion, '20.10.24'), { job_begun: 'yes' }])

    await step.apply(ctx, await step.snapshot(ctx, due))

    const job = asked[1]?.inputs?.job ?? ''
    expect(job).toContain(`MAESTRO_PACKAGES='docker-ce=${noble('26.1.5')}'`)
    expect(job).toContain(`MAESTRO_RUNNING='${containerId}'`)
    expect(job).toContain("MAESTRO_MAY_GO_BACK='yes'")
    expect(job).toContain("MAESTRO_SOURCE='new'")
  })
})
