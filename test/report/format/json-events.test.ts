import { describe, expect, it } from 'vitest'
import { eventLine, serverEvent } from '../../../src/report/format/json-events.ts'
import { rebootView } from '../../../src/report/reboot-status/view.ts'
import { buildGatherFailure, buildRebootDue } from '../../support/builders/build-facts.ts'

describe('serverEvent and eventLine', () => {
  it('print one line with a version', () => {
    expect(eventLine('begin', { servers: 3 })).toBe('{"version":1,"event":"begin","servers":3}\n')
  })

  it('print verdict and facts of a server that answered', () => {
    const event = JSON.parse(serverEvent(buildRebootDue('web-1'), rebootView))

    expect(event).toMatchObject({ server: 'web-1', status: 'seen', reboot: { due: 'yes' } })
    expect(event.look.reboot.value.packages).toEqual(['linux-image-generic'])
  })

  it('print message and hint of a server that did not answer', () => {
    const event = JSON.parse(serverEvent(buildGatherFailure('web-1', 'unreachable', 'no answer'), rebootView))

    expect(event).toMatchObject({ status: 'unreachable', error: { message: 'no answer', hint: 'look at its console' } })
  })

  it('escape control characters of one and two bytes', () => {
    const line = eventLine('server', { why: '\u001b[2J\u009b31m\u2028\u0000' })

    expect(line.slice(0, -1)).toMatch(/^[\x20-\x7e]*$/)
    expect(JSON.parse(line).why).toBe('\u001b[2J\u009b31m\u2028\u0000')
  })
})
