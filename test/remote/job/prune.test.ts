import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { makeJob, run } from '../../support/fixtures/job-fixture.ts'
import { shells } from '../../support/tools.ts'

describe.each(shells())('job/prune.sh under $name', { timeout: 30_000 }, (shell) => {
  it('deletes old runs but keeps those that still matter', () => {
    const job = makeJob(shell)
    const made = (name: string, { isEnded = true, days = 1 } = {}) => {
      for (const where of ['lib', 'log']) mkdirSync(`${job.root}/var/${where}/maestro/${name}`, { recursive: true })
      writeFileSync(`${job.root}/var/lib/maestro/${name}/upgrade.begun`, '')
      if (isEnded) writeFileSync(`${job.root}/var/log/maestro/${name}/upgrade.result`, '')
      const time = Date.now() / 1000 - days * 86_400
      for (const where of ['lib', 'log']) utimesSync(`${job.root}/var/${where}/maestro/${name}`, time, time)
      return name
    }
    const kept = Array.from({ length: 50 }, (_, n) => made(`20261101-0000${n + 10}-kept`))
    made('20261001-000000-gone')
    made('20251001-000000-gone', { isEnded: false, days: 92 })
    const open = made('20261002-000000-open', { isEnded: false })
    mkdirSync(`${job.root}/var/lib/maestro/lock`)

    job.start('true')

    expect(readdirSync(`${job.root}/var/log/maestro`)).toEqual([open, ...kept, run])
    expect(readdirSync(`${job.root}/var/lib/maestro`)).toEqual([open, ...kept, run, 'lock'])
  })
})
