import { describe, expect, it } from 'vitest'
import { serverEvent } from '../../../src/report/format/json-events.ts'
import { rebootView } from '../../../src/report/reboot-status/view.ts'
import { statusView } from '../../../src/report/status/view.ts'
import { buildGatherFailure, buildRebootDue } from '../../support/builders/build-facts.ts'

describe('serverEvent', () => {
  it('has the reboot and the facts of a server that is ok, and what needs attention where the command says so', () => {
    const seen = buildRebootDue('web-1')

    expect(serverEvent(seen, rebootView)).toMatchObject({
      server: 'web-1',
      status: 'ok',
      reboot: { due: 'yes' },
      facts: { reboot: { value: { packages: ['linux-image-generic'] } } },
      attention: undefined,
    })
    expect(serverEvent(seen, statusView)).toMatchObject({ attention: [expect.stringContaining('reboot due')] })
  })

  it('has the message and hint of a server that is not answer', () => {
    const event = serverEvent(buildGatherFailure('web-1', 'unreachable', 'no answer'), rebootView)

    expect(event).toMatchObject({ status: 'unreachable', error: { message: 'no answer', hint: 'look at its console' } })
  })
})
