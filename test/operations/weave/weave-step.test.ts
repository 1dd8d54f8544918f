import { describe, expect, it } from 'vitest'
import { sentScript, weaveStep } from '../../../src/operations/weave/weave-step.ts'
import { RolledBackError } from '../../../src/plan/errors.ts'
import type { ServerFacts } from '../../../src/remote/facts/facts.ts'
import { buildFacts, known } from '../../support/builders/build-facts.ts'
import {
  buildLaunch,
  buildMeshFacts,
  connectionToItself,
  establishedConnection,
  failedConnection,
  newSum,
  oldSum,
  weaveOptions,
} from '../../support/builders/build-mesh.ts'
import { fakeServerContext } from '../../support/fakes/fake-server-context.ts'

const step = weaveStep(weaveOptions)

function dueAt(facts: ServerFacts) {
  const verdict = step.plan(facts)
  if (verdict.status !== 'due') throw new Error(`${verdict.status}: ${verdict.why}`)
  return verdict.change
}

describe('weaveStep: plan', () => {
  it('is due at another version, with everything that must be the same afterwards', () => {
    expect(dueAt(buildMeshFacts('2.6.5'))).toEqual({
      from: '2.6.5',
      to: '2.8.1',
      fromSha256: oldSum,
      sha256: newSum,
      isWhole: true,
      connectionCount: 1,
      addressCount: 1_048_576,
      services: ['router', 'ipam', 'dns', 'plugin'],
      encryption: 'enabled',
      discovery: 'enabled',
      arguments: ['203.0.113.11', '203.0.113.12'],
      variables: [],
      hasPassword: false,
      hasUnit: false,
    })
  })

  it('describes the upgrade, the peers of the launch, and that it goes alone', () => {
    expect([step.describe(dueAt(buildMeshFacts('2.6.5'))), step.isAlone]).toEqual([
      [
        'Weave 2.6.5 -> 2.8.1, alone: 1 connection away for some seconds',
        '= launched as it is: weave launch 203.0.113.11 203.0.113.12',
      ],
      true,
    ])
  })

  it.each([
    [
      'done at the version, whatever its connections',
      buildMeshFacts('2.8.1', { scriptSha256: newSum, connections: [failedConnection] }),
      'done',
    ],
    ['due where the script is another one of that version', buildMeshFacts('2.8.1'), 'due'],
    ['not due where there is no Weave', buildFacts({ weave: known(null) }), 'not-due'],
    ['unknown where Weave cannot be seen', buildFacts({ weave: { status: 'unknown', why: 'closed' } }), 'unknown'],
    [
      'due where a peer is told to connect to itself',
      buildMeshFacts('2.6.5', { connections: [connectionToItself] }),
      'due',
    ],
  ])('is %s', (_, facts, is) => {
    expect(step.plan(facts).status).toBe(is)
  })

  it.each<[string, ServerFacts, RegExp]>([
    [
      'a connection is not established',
      buildMeshFacts('2.6.5', { connections: [establishedConnection, failedConnection] }),
      /not whole: the connection to 203\.0\.113\.13:6783 is failed \(connection refused, retry: never\)$/,
    ],
    [
      'a peer that owns addresses is gone',
      buildMeshFacts('2.6.5', { ranges: [{ peer: '7a:5c:…:03(web-3)', addressCount: 1, isReachable: false }] }),
      /web-3\) owns addresses and cannot be reached/,
    ],
    [
      'the router does not answer',
      { ...buildMeshFacts('2.6.5'), mesh: { status: 'unknown', why: 'connection refused' } },
      /is unknown: connection refused: see `weave status` there/,
    ],
    ['no router runs', { ...buildMeshFacts('2.6.5'), mesh: known(null) }, /does not run: `weave launch` there first/],
    [
      'the version is older than what runs',
      buildMeshFacts('2.9.0'),
      /2\.9\.0, which is newer than 2\.8\.1: --allow-downgrade/,
    ],
    [
      'the router has limits that nobody can tell again',
      buildMeshFacts('2.6.5', { launch: buildLaunch({ hasLimits: true }) }),
      /launched with limits \(WEAVE_DOCKER_ARGS\)/,
    ],
    [
      'it was launched with an option that is not known',
      buildMeshFacts('2.6.5', { launch: buildLaunch({ arguments: ['--strange'] }) }),
      /launched with --strange, which maestro does not know/,
    ],
  ])('is blocked when %s', (_, facts, why) => {
    expect(step.plan(facts)).toEqual({ status: 'blocked', why: expect.stringMatching(why) })
  })

  it('downgrades with --allow-downgrade', () => {
    expect(weaveStep({ ...weaveOptions, allowsDowngrade: true }).plan(buildMeshFacts('2.9.0')).status).toBe('due')
  })

  it.each([
    ['done at the version', '2.8.1', 'done'],
    ['blocked at another one, with the way out', '2.6.5', 'blocked'],
  ])('without weave.script is %s', (_, version, status) => {
    expect(weaveStep({ ...weaveOptions, script: null }).plan(buildMeshFacts(version))).toMatchObject({ status })
  })

  it.each([
    ['nothing of it was planned', undefined, {}, 'Weave was 2.8.1 and is not any more'],
    ['a peer has joined', {}, { connections: [establishedConnection, establishedConnection] }, undefined],
    ['a connection is lost', {}, { connections: [] }, '0 of 1 connections of Weave are established'],
    ['it was launched anew', {}, { targets: ['203.0.113.12'] }, 'its router was launched again with other arguments'],
  ])('exceedsPlan when %s', (_, before, now, words) => {
    const planned = before && dueAt(buildMeshFacts('2.6.5', before))

    expect(step.exceedsPlan?.(planned, dueAt(buildMeshFacts('2.6.5', now)))).toBe(words)
  })
})

describe('weaveStep: apply', () => {
  it('passes the script and the launch arguments, but no password', async () => {
    const { ctx, asked } = fakeServerContext([{ job_begun: 'yes' }])
    const due = dueAt(buildMeshFacts('2.6.5', { launch: buildLaunch({ hasPassword: true }) }))

    await step.apply({ ...ctx, readPinnedFile: async ({ from }) => `# the text of ${from}` }, due)

    const job = asked[0]?.inputs?.job ?? ''
    expect(job).toContain("MAESTRO_SCRIPT='# the text of /srv/weave-2.8.1'\n")
    expect(job).toContain(`MAESTRO_SUM='${newSum}'\n`)
    expect(job).toContain("MAESTRO_ARGUMENTS='203.0.113.11\n203.0.113.12'\n")
    expect(job).toContain("MAESTRO_HAS_PASSWORD='yes'\n")
    expect(job).toContain("MAESTRO_CONNECTIONS='1'\n")
  })

  it('is refused when the script has changed since the plan', async () => {
    const { ctx, asked } = fakeServerContext([])
    const refuse = () => Promise.reject(new Error('another sum'))

    await expect(step.apply({ ...ctx, readPinnedFile: refuse }, dueAt(buildMeshFacts('2.6.5')))).rejects.toThrow(
      'another sum',
    )

    expect(asked).toEqual([])
  })
})

describe('weaveStep: verify', () => {
  const due = dueAt(buildMeshFacts('2.6.5'))
  const proveBy = (looks: readonly ServerFacts[], result = 'exited 0 1') => {
    const { ctx, progress } = fakeServerContext([
      { job_is: 'ended', job_result: result, job_log_from: '0', job_log_bytes: logOf('gone back') },
    ])
    let asked = 0
    const gatherFacts = async () => looks[Math.min(asked++, looks.length - 1)] ?? buildFacts()
    return { proof: step.verify({ ...ctx, gatherFacts }, due), told: progress }
  }
  const now = (mesh: Parameters<typeof buildMeshFacts>[1] = {}, version = '2.8.1') =>
    buildMeshFacts(version, { scriptSha256: newSum, services: ['router', 'ipam', 'dns', 'plugin (v2)'], ...mesh })

  it('returns the version, and how to roll back, when the mesh is as before', async () => {
    await expect(proveBy([now()]).proof).resolves.toEqual({
      weave: '2.6.5 -> 2.8.1',
      connections: 1,
      back: '/var/lib/maestro/20261123-091500-test/weave.old is the script of 2.6.5',
    })
  })

  it('waits for connections', async () => {
    const { proof: evidence, told: progress } = proveBy([now({ connections: [] }), now()])

    await expect(evidence).resolves.toMatchObject({ connections: 1 })
    expect(progress).toContain('waiting for Weave: 0 of 1 connections are established')
  })

  it.each<[string, ServerFacts, RegExp]>([
    ['the router is of another version', now({}, '2.6.5'), /the router that runs is 2\.6\.5$/],
    ['the script is another one', now({ scriptSha256: oldSum }), /the weave script is another one$/],
    ['a connection has not come back', now({ connections: [] }), /0 of 1 connections are established$/],
    [
      'a connection fails',
      now({ connections: [establishedConnection, failedConnection] }),
      /203\.0\.113\.13:6783 is failed/,
    ],
    [
      'peers own less',
      now({ ranges: [{ peer: 'a', addressCount: 4, isReachable: true }] }),
      /own 4 addresses, and owned 1048576$/,
    ],
    ['encryption is off', now({ encryption: 'disabled' }), /encryption is disabled, and was enabled$/],
    ['peers are not discovered', now({ discovery: 'disabled' }), /peer discovery is disabled, and was enabled$/],
    ['a service is missing', now({ services: ['router', 'ipam', 'plugin (v2)'] }), /its dns does not run$/],
    ['no router runs', { ...now(), mesh: known(null) }, /the router does not run$/],
    ['the mesh cannot be seen', { ...now(), mesh: { status: 'unknown', why: 'no answer' } }, /is unknown: no answer$/],
  ])('fails when %s', async (_, facts, words) => {
    await expect(proveBy([facts]).proof).rejects.toThrow(words)
  })

  it('fails with the last line of a job that failed', async () => {
    const failing = proveBy([now({ connections: [] }, '2.6.5')], 'exited 1 1').proof

    await expect(failing).rejects.toThrow('Weave is not upgraded to 2.8.1: gone back')
    await expect(failing).rejects.not.toBeInstanceOf(RolledBackError)
  })

  it('reports a rollback when the mesh is as before', async () => {
    const failing = proveBy([buildMeshFacts('2.6.5')], 'exited 1 1').proof

    await expect(failing).rejects.toThrow('Weave is not upgraded to 2.8.1: gone back')
    await expect(failing).rejects.toBeInstanceOf(RolledBackError)
  })
})

describe('sentScript', () => {
  const check = (text: string) => () => sentScript(weaveOptions)[0]?.check(text)

  it('returns the script of the version', () => {
    expect(check('#!/bin/sh\nset -e\nSCRIPT_VERSION="2.8.1"\n')).not.toThrow()
  })

  it.each([
    ['SCRIPT_VERSION="2.6.5"', 'is the weave script of 2.6.5, and weave_version is 2.8.1'],
    ['<html>', '/srv/weave-2.8.1 is no weave script: it has no SCRIPT_VERSION'],
  ])('is refused before any server is contacted: %s', (text, words) => {
    expect(check(text)).toThrow(words)
  })

  it('returns nothing when the manifest names no script', () => {
    expect(sentScript({ ...weaveOptions, script: null })).toEqual([])
  })
})

const logOf = (line: string) => Buffer.from(`${line}\n`).toString('hex')
