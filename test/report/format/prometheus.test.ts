import { describe, expect, it } from 'vitest'
import { renderMetrics } from '../../../src/report/format/prometheus.ts'
import { rebootMetrics } from '../../../src/report/reboot-status/view.ts'
import { statusView } from '../../../src/report/status/view.ts'
import {
  buildGatherFailure,
  buildGatherResult,
  buildRebootDue,
  buildRebootUnknown,
  noon,
} from '../../support/builders/build-facts.ts'

describe('renderMetrics', () => {
  it('prints each family once, with HELP and TYPE', () => {
    const text = renderMetrics([
      { metric: 'maestro_reboot_required', value: 1, labels: { server: 'web-1' } },
      { metric: 'maestro_server_reachable', value: 1, labels: { server: 'web-1' } },
      { metric: 'maestro_reboot_required', value: 0, labels: { server: 'web-2' } },
    ])

    expect(text).toBe(
      [
        '# HELP maestro_reboot_required Whether the server requires a reboot (1) or not (0); absent if unknown.',
        '# TYPE maestro_reboot_required gauge',
        'maestro_reboot_required{server="web-1"} 1',
        'maestro_reboot_required{server="web-2"} 0',
        '# HELP maestro_server_reachable Whether maestro could connect and the server answered (1) or not (0).',
        '# TYPE maestro_server_reachable gauge',
        'maestro_server_reachable{server="web-1"} 1',
        '',
      ].join('\n'),
    )
  })

  it('escapes label values', () => {
    const text = renderMetrics([{ metric: 'maestro_disk_free_bytes', value: 5, labels: { path: 'a"b\\c\nd' } }])

    expect(text).toContain('{path="a\\"b\\\\c\\nd"} 5')
  })

  it('reports an unknown reboot as neither required nor not required', () => {
    expect(rebootMetrics(buildRebootUnknown('a'))).toEqual([{ metric: 'maestro_reboot_unknown', value: 1 }])
    expect(rebootMetrics(buildGatherResult('a'))).toEqual([
      { metric: 'maestro_reboot_required', value: 0 },
      { metric: 'maestro_reboot_unknown', value: 0 },
    ])
    expect(rebootMetrics(buildRebootDue('a'))).toContainEqual({
      metric: 'maestro_reboot_required_since_timestamp_seconds',
      value: noon - 3 * 86_400,
    })
    expect(rebootMetrics(buildGatherFailure('a', 'unreachable', 'x'))).toEqual([])
  })

  it('describes each metric', () => {
    const text = renderMetrics([
      ...statusView.metrics(buildRebootDue('a')),
      ...statusView.metrics(buildGatherResult('b')),
    ])

    expect(text.match(/# HELP \S+ ?\n/g)).toBeNull()
  })
})
