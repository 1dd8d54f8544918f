import { describe, expect, it } from 'vitest'
import type { HostOptions, HostQuestion } from '../../../src/ssh/config/host-options.ts'
import { optionsWithoutConfig } from '../../../src/ssh/config/ssh-config.ts'
import { jumpHostsOn, keyOf, routeTo } from '../../../src/ssh/transport/route.ts'

const config: Readonly<Record<string, Partial<HostOptions>>> = {
  web: { proxyJump: 'ops@first,second:2222' },
  first: { hostName: '192.0.2.1', proxyJump: 'zeroth' },
  second: { proxyJump: 'never-asked' },
  listed: { proxyJump: 'zeroth,ops@192.0.2.1,second:2222' },
  tunnel: { hostName: '192.0.2.9', proxyCommand: 'dig-to %n' },
  burrow: { hostName: '192.0.2.9', proxyCommand: 'dig-to %n' },
  loop: { proxyJump: 'pool' },
  pool: { proxyJump: 'loop' },
}
const findOptions = async (question: HostQuestion) => ({
  ...optionsWithoutConfig({ user: 'ana', ...question }, 'ana'),
  ...config[question.host],
})
const way = (host: string) => routeTo({ host }, findOptions)

describe('routeTo', () => {
  it('follows the jump hosts of its first jump host, and not those of the others', async () => {
    expect(jumpHostsOn(await way('web'))).toEqual(['ana@zeroth:22', 'ops@192.0.2.1:22', 'ana@second:2222'])
  })

  it('keyOf is the same for every spelling of a route', async () => {
    const [web, listed] = [await way('web'), await way('listed')]

    expect(web.jumpHosts && keyOf(web.jumpHosts)).toBe(listed.jumpHosts && keyOf(listed.jumpHosts))
  })

  it('keyOf differs when ProxyCommand gets another name', async () => {
    expect(keyOf(await way('tunnel'))).not.toBe(keyOf(await way('burrow')))
  })

  it('rejects a cycle', async () => {
    await expect(way('loop')).rejects.toMatchObject({ kind: 'config', message: expect.stringContaining('in a circle') })
  })
})
