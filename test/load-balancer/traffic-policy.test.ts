import { describe, expect, it } from 'vitest'
import { withTrafficPolicy } from '../../src/load-balancer/traffic-policy.ts'
import { reboot } from '../../src/operations/reboot/operation.ts'
import { fakeServerContext } from '../support/fakes/fake-server-context.ts'
import { rebootOptions } from '../support/fakes/operations/reboot.ts'

describe('withTrafficPolicy', () => {
  const check = { kind: 'command', command: '/bin/well', timeoutMs: 0 } as const
  const healthy = (groups: readonly string[]) =>
    withTrafficPolicy(reboot(rebootOptions), { health: { check, groups } }).healthCheck

  it('runs the health check on servers of the serving groups only', async () => {
    const { ctx, asked } = fakeServerContext([{ service_exit: '0' }])

    await healthy(['docker'])?.(ctx)
    expect(asked).toHaveLength(1)
    await healthy(['web', 'rails'])?.(ctx)
    expect(asked).toHaveLength(1)
  })

  it('fails the operation when the health check fails', async () => {
    const { ctx } = fakeServerContext([{ service_exit: '3' }])

    await expect(healthy(['docker'])?.(ctx)).rejects.toThrow('it does not serve')
  })
})
