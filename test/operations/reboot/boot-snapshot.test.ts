import { describe, expect, it } from 'vitest'
import { verifyBoot } from '../../../src/operations/reboot/boot-snapshot.ts'
import type { ServerContext } from '../../../src/plan/context.ts'
import { buildFacts, buildRebootFlag, known } from '../../support/builders/build-facts.ts'

const [machineId, bootId] = ['0'.repeat(32), '11111111-2222-3333-4444-555555555555']
const before = { machineId, bootId: bootId.replace('1', '9'), kernel: null, failed: [], containers: ['web'] }
const times = { readyTimeoutMs: 60_000, stableTimeMs: 10_000 }

const identity = { machineId, init: 'systemd', initStartTicks: 1, uptimeSeconds: 9, hostname: 'here' }

/** A server whose container was started at these moments, as one look after the other shows. */
function contextOver(starts: readonly string[], { state = 'running', bootIds = [bootId] } = {}) {
  let [atMs, looks] = [0, 0]
  const gatherFacts = async () => {
    const startedAt = starts[Math.min(looks, starts.length - 1)] ?? ''
    const boot = bootIds[Math.min(looks++, bootIds.length - 1)] ?? ''
    const web = { name: 'web', image: 'web', state: 'running', health: undefined, restartPolicy: 'always', startedAt }
    return buildFacts({
      identity: known({ ...identity, bootId: boot }),
      reboot: known(buildRebootFlag()),
      systemd: known({ state, canRunUnits: true, failed: [], inhibitors: [] }),
      docker: known({ version: '28', client: '28', trouble: undefined, source: 'docker-ce', containers: [web] }),
    })
  }
  const at = {
    run: '20261123-0900-test',
    gatherFacts,
    nowMs: () => atMs,
    waitMs: async (timeMs: number) => {
      atMs += timeMs
    },
    progress: () => undefined,
  }
  return at as unknown as ServerContext
}

describe('verifyBoot', () => {
  it('passes when all containers run', async () => {
    await expect(verifyBoot(contextOver(['1']), { before, bootId, times })).resolves.toMatchObject({
      containers: ['web'],
    })
  })

  it('waits for a container that is started again', async () => {
    await expect(verifyBoot(contextOver(['1', '2', '2']), { before, bootId, times })).resolves.toBeDefined()
  })

  it('fails when a container restarts between all checks', async () => {
    const starts = Array.from({ length: 100 }, (_, index) => `${index}`)

    await expect(verifyBoot(contextOver(starts), { before, bootId, times })).rejects.toThrow(
      'restarted, but these containers end and are started again: web',
    )
  })
  it('fails when the system does not finish its boot', async () => {
    await expect(verifyBoot(contextOver(['1'], { state: 'starting' }), { before, bootId, times })).rejects.toThrow(
      'restarted, but systemd says starting',
    )
  })

  it('fails when the server reboots again while it is watched', async () => {
    const ctx = contextOver(['1'], { bootIds: [bootId, before.bootId] })

    await expect(verifyBoot(ctx, { before, bootId, times })).rejects.toThrow('it restarted once more by itself')
  })
})
