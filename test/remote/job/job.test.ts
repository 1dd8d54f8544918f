import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { quote } from '../../../src/remote/quote.ts'
import { hostileTexts } from '../../support/builders/random-texts.ts'
import {
  type JobFixture,
  logs,
  makeJob,
  run,
  state,
  systemctl,
  systemdRun,
} from '../../support/fixtures/job-fixture.ts'
import { shells } from '../../support/tools.ts'

const withUnits = {
  files: { 'run/systemd/system': null },
  tools: {
    'systemd-run': systemdRun,
    systemctl,
  },
}

const pidOf = (job: JobFixture) => /^pid=(\d+)$/m.exec(job.file(`${state}/upgrade.begun`))?.[1] ?? ''

describe.each(shells())('job/start.sh, job.sh and status.sh under $name', { timeout: 30_000 }, (shell) => {
  it.each([
    ['a unit', withUnits],
    ['a session of its own', {}],
    [
      'a session, where systemd-run fails',
      { ...withUnits, tools: { ...withUnits.tools, 'systemd-run': 'exit 1', systemctl: 'exit 3' } },
    ],
  ])('run the job as %s, with its log and its result', (_, options) => {
    const job = makeJob(shell, options)

    const refusal = job.start('echo one; echo two >&2; sleep 1; exit 7')

    expect(refusal).toBeUndefined()
    expect(job.follow().status).toBe('running')
    expect(job.end()).toMatchObject({
      jobStatus: { status: 'ended', ending: { kind: 'exited', code: 7 } },
      log: 'one\ntwo\n',
    })
    expect(existsSync(`${job.root}/var/${state}/upgrade.pipe`)).toBe(false)
  })

  it('run the job as a unit that delays a shutdown and reports a kill, where systemd-run supports it', () => {
    const asked = 'echo "$*" >>"$MAESTRO_ROOT/asked";'
    const old = 'case $* in *ExecStopPost*) echo "Unknown assignment: ExecStopPost" >&2; exit 1 ;; esac;'
    const tools = { ...withUnits.tools, 'systemd-run': `${asked} ${old} ${systemdRun}` }
    const job = makeJob(shell, { ...withUnits, tools })

    job.start('echo ran')

    const properties = '-p KillMode=mixed -p TimeoutStopSec=30min -p IgnoreSIGPIPE=no'
    const unit = `--quiet --collect --no-ask-password --unit=maestro-${run}-upgrade.service ${properties}`
    const script = `/bin/sh ${job.root}/var/${state}/upgrade.sh`
    expect(readFileSync(`${job.root}/asked`, 'utf8').split('\n')).toEqual([
      `${unit} -p ExecStopPost=/usr/bin/env MAESTRO_PHASE=ended ${script} ${script}`,
      `${unit} -p Type=simple ${script}`,
      '',
    ])
    expect(job.end()).toMatchObject({ jobStatus: { ending: { code: 0 } }, log: 'ran\n' })
  })

  it('report that a job has not started', () => {
    expect(makeJob(shell).follow()).toEqual({ status: 'none', piece: undefined })
  })

  it('return the exit code of the work, also under set -e', () => {
    const job = makeJob(shell)

    job.start('false; echo never')

    expect(job.end()).toMatchObject({ jobStatus: { ending: { code: 1 } }, log: '' })
  })

  it('start a job once, however often they are called', () => {
    const job = makeJob(shell)

    const work = 'echo ran >>"$MAESTRO_ROOT/var/runs"'

    const refusals = [job.start(work), job.start(work), job.end() && job.start(work)]

    expect(refusals).toEqual([undefined, undefined, undefined])
    expect(job.end().jobStatus).toMatchObject({ ending: { code: 0 } })
    expect(job.file('runs')).toBe('ran\n')
  })

  it.each([
    ['it ended badly', 'exit 3'],
    ['it was killed', 'kill -KILL 0'],
  ])('start a job again when %s, and keep the files of the earlier attempt', (_, ending) => {
    const job = makeJob(shell)
    job.start(`echo one; sleep 0.2; ${ending}`)
    job.end()

    job.start('echo two')

    expect(job.end()).toMatchObject({ jobStatus: { status: 'ended', ending: { code: 0 } }, log: 'two\n' })
    expect(job.file(`${logs}/upgrade.log.before`)).toBe('one\n')
  })

  it.each([
    ['for the first time', undefined],
    ['after it ended badly', 'sleep 0.1; exit 3'],
  ])('start a job once when they are called many times at once %s', (_, before) => {
    const job = makeJob(shell)
    if (before !== undefined) job.start(before)
    job.end()
    writeFileSync(`${job.root}/start.sh`, job.startText('echo ran; sleep 0.5'))
    const start = `${shell.command.join(' ')} -s <${job.root}/start.sh &`

    spawnSync('sh', ['-c', `${start.repeat(8)} wait`], { env: { PATH: process.env.PATH, MAESTRO_ROOT: job.root } })

    expect(job.end()).toMatchObject({ jobStatus: { ending: { code: 0 } }, log: 'ran\n' })
  })

  it('give the job its own environment and umask, the time zone of the server, and no stdin', () => {
    const job = makeJob(shell)

    job.start('set +u; umask; echo "zone:$TZ $HOME $LC_ALL $TERM"; env | grep -c SECRET || :; cat; exit 0')

    expect(job.end().log).toMatch(/^0?022\nzone: \/root C\.UTF-8 dumb\n0\n$/)
  })

  it('transfer the script unchanged, whatever its size and content', () => {
    const job = makeJob(shell)
    const texts = [...hostileTexts, 'x'.repeat(300_000)]

    job.start(texts.map((text) => `printf '%s\\n' ${quote(text)}`).join('\n'))

    expect(job.end().log).toBe(texts.map((text) => `${text}\n`).join(''))
    expect(statSync(`${job.root}/var/${state}/upgrade.sh`).mode & 0o777).toBe(0o600)
  })

  it('end although a service that the job started keeps its output open', () => {
    const job = makeJob(shell)

    job.start('sleep 30 & echo begun')

    expect(job.end()).toMatchObject({ jobStatus: { ending: { code: 0 } }, log: 'begun\n' })
  })

  it('finish the work when the job gets SIGTERM', () => {
    const job = makeJob(shell)
    job.start('sleep 0.5; echo done')

    process.kill(Number(pidOf(job)), 'SIGTERM')

    expect(job.end()).toMatchObject({ jobStatus: { ending: { code: 0 } }, log: 'done\n' })
  })

  it('report running while any process of the job runs, and gone when all were killed', () => {
    const job = makeJob(shell)
    job.start('echo at work; sleep 30')
    // It is begun before its work is.
    while (!job.file(`${logs}/upgrade.log`).includes('at work')) spawnSync('sleep', ['0.05'])

    process.kill(Number(pidOf(job)), 'SIGKILL')

    expect(job.follow().status).toBe('running')
    spawnSync('kill', ['-KILL', '--', `-${pidOf(job)}`])
    expect(job.end().jobStatus).toEqual({ status: 'gone', restartedAt: undefined })
  })

  it('report gone when the process id belongs to another process now', () => {
    const job = makeJob(shell)
    job.start('echo one')
    job.end()
    rmSync(`${job.root}/var/${logs}/upgrade.result`)
    const begun = job.file(`${state}/upgrade.begun`)

    writeFileSync(`${job.root}/var/${state}/upgrade.begun`, begun.replace(/^pid=.*/m, `pid=${process.pid}`))

    expect(job.follow().status).toBe('gone')
  })

  it('report gone after a reboot of the server, with its time', () => {
    const job = makeJob(shell)
    job.start('sleep 30')
    const begun = job.file(`${state}/upgrade.begun`)

    writeFileSync(`${job.root}/var/${state}/upgrade.begun`, begun.replace(/^boot=.*/m, 'boot=another'))

    expect(job.follow()).toMatchObject({ status: 'gone', restartedAt: expect.any(Number) })
    writeFileSync(`${job.root}/var/${state}/upgrade.begun`, begun)
  })

  it('report the words of the unit when the job was killed', () => {
    const job = makeJob(shell, withUnits)
    const systemd = `export MAESTRO_ROOT=${job.root} INVOCATION_ID=a SERVICE_RESULT=signal EXIT_STATUS=KILL`
    job.start('sleep 30')
    const begun = job.file(`${state}/upgrade.begun`)
    const endedBy = (invocation: string) => {
      writeFileSync(
        `${job.root}/var/${state}/upgrade.begun`,
        begun.replace(/^invocation=.*/m, `invocation=${invocation}`),
      )
      job.run(`${systemd}\nMAESTRO_PHASE=ended sh ${job.root}/var/${state}/upgrade.sh`, shell)
      return job.follow()
    }

    expect(endedBy('b').status).toBe('running')
    expect(endedBy('a')).toMatchObject({
      status: 'ended',
      ending: { kind: 'killed', result: 'signal', status: 'KILL' },
    })
    writeFileSync(`${job.root}/var/${state}/upgrade.begun`, begun)
  })

  it.each([
    [
      'there is too little room',
      { room_kb: '999999999999' },
      {},
      /^only \d+ KB are free in .*, and 999999999999 KB are/,
    ],
    ['a folder cannot be made', {}, { files: { 'var/log/maestro': 'a file' } }, /^cannot make a folder: mkdir: /],
    [
      'its files cannot be written',
      {},
      { tools: { mv: 'echo "mv: No space left" >&2; exit 1' } },
      /^cannot write its files: mv: No space left$/,
    ],
    ['it does not begin', {}, { tools: { nohup: 'exit 127' } }, /^it did not begin/],
  ])('refuse to start when %s', (_, inputs, options, words) => {
    const job = makeJob(shell, options)

    expect(job.start('echo ran', inputs)).toMatch(words)
    expect(job.follow().status).toBe('none')
  })

  it('keep log and result in place when another controller starts the job again', () => {
    const job = makeJob(shell)
    job.start('echo one')
    job.end()
    appendFileSync(`${job.root}/var/${logs}/upgrade.log`, 'two\n')

    job.run(`sh ${job.root}/var/${state}/upgrade.sh`, shell)

    expect(job.end()).toMatchObject({ jobStatus: { status: 'ended' }, log: 'one\ntwo\n' })
  })
})
