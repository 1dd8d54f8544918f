import { renameSync, statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { logs, makeJob } from '../../support/fixtures/job-fixture.ts'
import { shells } from '../../support/tools.ts'

describe.each(shells())('job/follow.sh under $name', { timeout: 30_000 }, (shell) => {
  it('prints the result of a job that ends while it is being read', () => {
    const result = (root: string) => `${root}/var/${logs}/upgrade.result`
    const late = `[ ! -e "${result('$MAESTRO_ROOT')}.late" ] || mv "${result('$MAESTRO_ROOT')}.late" "${result('$MAESTRO_ROOT')}"`
    const job = makeJob(shell, { tools: { systemctl: `${late}; echo inactive; exit 3` } })
    job.start('echo one')
    job.end()
    renameSync(result(job.root), `${result(job.root)}.late`)

    expect(job.follow()).toMatchObject({ status: 'ended', ending: { kind: 'exited', code: 0 } })
  })

  it('prints the log from an offset, and the end of a log that is too long', () => {
    const job = makeJob(shell)
    job.start("printf 'abc\\000\\377\\n'; i=1; while [ $i -le 20000 ]; do echo $i; i=$((i + 1)); done")
    job.end()
    const sizeBytes = statSync(`${job.root}/var/${logs}/upgrade.log`).size

    const asked = [{ limit_bytes: '999999' }, { offset: '4' }, { offset: '4', limit_bytes: '6' }]
    const [all, rest, last] = asked.map((inputs) => job.follow(inputs).piece)

    expect(all?.bytes.subarray(0, 8)).toEqual(Buffer.from('abc\0\xff\n1\n', 'latin1'))
    expect(all?.bytes.length).toBe(sizeBytes)
    expect(rest).toMatchObject({ fromBytes: sizeBytes - 65536, bytes: { length: 65536 } })
    expect(last).toEqual({ fromBytes: sizeBytes - 6, bytes: Buffer.from('20000\n') })
  })

  it('prints the processes of the job and their CPU time', () => {
    const job = makeJob(shell)
    job.start('i=0; while [ $i -lt 150000 ]; do i=$((i + 1)); done; echo used; sleep 30')
    job.follow({ wait_seconds: '20' })

    expect(job.follow()).toMatchObject({ status: 'running', cpuTicks: expect.any(Number) })
    expect(job.tree()).toEqual([
      expect.objectContaining({ depth: 1, command: expect.stringMatching(/upgrade\.sh$/) }),
      expect.objectContaining({ depth: 2, state: 'S', command: 'sleep 30' }),
    ])
  })
})
