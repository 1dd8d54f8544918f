import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { describe, expect, it } from 'vitest'
import { quote } from '../../../src/remote/quote.ts'
import { shells } from '../../support/tools.ts'
import { hostileTexts } from '../random-texts.ts'
import { type AJob, aJob, logs, run, state, systemdRun } from './a-job.ts'

const withUnits = {
  files: { 'run/systemd/system': null },
  tools: {
    'systemd-run': systemdRun,
    systemctl: `[ -e "$MAESTRO_ROOT/var/${state}/upgrade.begun" ] || echo activating`,
  },
}

const pidOf = (job: AJob) => /^pid=(\d+)$/m.exec(job.file(`${state}/upgrade.begun`))?.[1] ?? ''

describe.each(shells())('a detached job under $name', (shell) => {
  it.each([
    ['a unit', withUnits],
    ['a session of its own', {}],
    [
      'a session, where systemd-run fails',
      { ...withUnits, tools: { ...withUnits.tools, 'systemd-run': 'exit 1', systemctl: 'exit 3' } },
    ],
  ])('runs as %s, and tells its log and how it ended', (_, ground) => {
    const job = aJob(shell, ground)

    const refusal = job.start('echo one; echo two >&2; sleep 0.3; exit 7')

    expect(refusal).toBeUndefined()
    expect(job.follow().is).toBe('running')
    expect(job.end()).toMatchObject({
      standing: { is: 'ended', ending: { how: 'exited', code: 7 } },
      log: 'one\ntwo\n',
    })
    expect(existsSync(`${job.root}/var/${state}/upgrade.pipe`)).toBe(false)
  })

  it('is a unit that a stop waits for, and that tells how it was killed where systemd-run knows how to', () => {
    const asked = 'echo "$*" >>"$MAESTRO_ROOT/asked";'
    const old = 'case $* in *ExecStopPost*) echo "Unknown assignment: ExecStopPost" >&2; exit 1 ;; esac;'
    const tools = { ...withUnits.tools, 'systemd-run': `${asked} ${old} ${systemdRun}` }
    const neverThere = `[ -e "$MAESTRO_ROOT/var/${state}/upgrade.begun" ] || grep -q Type "$MAESTRO_ROOT/asked" && echo activating`
    const job = aJob(shell, { ...withUnits, tools: { ...tools, systemctl: neverThere } })

    job.start('echo ran')

    const properties = '-p KillMode=mixed -p TimeoutStopSec=30min -p IgnoreSIGPIPE=no'
    const unit = `--quiet --collect --no-ask-password --unit=maestro-${run}-upgrade.service ${properties}`
    const script = `/bin/sh ${job.root}/var/${state}/upgrade.sh`
    expect(readFileSync(`${job.root}/asked`, 'utf8').split('\n')).toEqual([
      `${unit} -p ExecStopPost=/usr/bin/env MAESTRO_PHASE=ended ${script} ${script}`,
      `${unit} -p Type=simple ${script}`,
      '',
    ])
    expect(job.end()).toMatchObject({ standing: { ending: { code: 0 } }, log: 'ran\n' })
  })

  it('passes for none before it was begun', () => {
    expect(aJob(shell).follow()).toEqual({ is: 'none', piece: undefined })
  })

  it('ends as its work does, by set -e too', () => {
    const job = aJob(shell)

    job.start('false; echo never')

    expect(job.end()).toMatchObject({ standing: { ending: { code: 1 } }, log: '' })
  })

  it('runs once, however often it is begun', () => {
    const job = aJob(shell)

    const refusals = [job.start('echo ran'), job.start('echo ran'), job.end() && job.start('echo ran')]

    expect(refusals).toEqual([undefined, undefined, undefined])
    expect(job.end().log).toBe('ran\n')
  })

  it('runs once when it is begun many times at once', () => {
    const job = aJob(shell)
    writeFileSync(`${job.root}/start.sh`, job.startText('echo ran; sleep 0.5'))
    const start = `${shell.command.join(' ')} -s <${job.root}/start.sh &`

    spawnSync('sh', ['-c', `${start.repeat(8)} wait`], { env: { PATH: process.env.PATH, MAESTRO_ROOT: job.root } })

    expect(job.end()).toMatchObject({ standing: { ending: { code: 0 } }, log: 'ran\n' })
  })

  it('has an environment and an umask of its own, the time zone of the server, and no stdin', () => {
    const job = aJob(shell)

    job.start('set +u; umask; echo "zone:$TZ $HOME $LC_ALL $TERM"; env | grep -c SECRET || :; cat; exit 0')

    expect(job.end().log).toMatch(/^0?022\nzone: \/root C\.UTF-8 dumb\n0\n$/)
  })

  it('gets its script as it is, whatever its size and content', () => {
    const job = aJob(shell)
    const texts = [...hostileTexts, 'x'.repeat(300_000)]

    job.start(texts.map((text) => `printf '%s\\n' ${quote(text)}`).join('\n'))

    expect(job.end().log).toBe(texts.map((text) => `${text}\n`).join(''))
    expect(statSync(`${job.root}/var/${state}/upgrade.sh`).mode & 0o777).toBe(0o600)
  })

  it('ends though a service that it began keeps its output open', () => {
    const job = aJob(shell)

    job.start('sleep 30 & echo begun')

    expect(job.end()).toMatchObject({ standing: { ending: { code: 0 } }, log: 'begun\n' })
  })

  it('goes on to its end when it is asked to stop', () => {
    const job = aJob(shell)
    job.start('sleep 0.5; echo done')

    process.kill(Number(pidOf(job)), 'SIGTERM')

    expect(job.end()).toMatchObject({ standing: { ending: { code: 0 } }, log: 'done\n' })
  })

  it('is running while anything of it does, and gone when all was killed', () => {
    const job = aJob(shell)
    job.start('sleep 30')

    process.kill(Number(pidOf(job)), 'SIGKILL')

    expect(job.follow().is).toBe('running')
    spawnSync('kill', ['-KILL', '--', `-${pidOf(job)}`])
    expect(job.end().standing).toEqual({ is: 'gone', restartedAt: undefined })
  })

  it('is gone, and not running, when its process id is another process now', () => {
    const job = aJob(shell)
    job.start('echo one')
    job.end()
    rmSync(`${job.root}/var/${logs}/upgrade.result`)
    const begun = job.file(`${state}/upgrade.begun`)

    writeFileSync(`${job.root}/var/${state}/upgrade.begun`, begun.replace(/^pid=.*/m, `pid=${process.pid}`))

    expect(job.follow().is).toBe('gone')
  })

  it('is gone after a restart of the server, which is told', () => {
    const job = aJob(shell)
    job.start('sleep 30')
    const begun = job.file(`${state}/upgrade.begun`)

    writeFileSync(`${job.root}/var/${state}/upgrade.begun`, begun.replace(/^boot=.*/m, 'boot=another'))

    expect(job.follow()).toMatchObject({ is: 'gone', restartedAt: expect.any(Number) })
    writeFileSync(`${job.root}/var/${state}/upgrade.begun`, begun)
  })

  it('is ended with the word of its unit when it was killed', () => {
    const job = aJob(shell, withUnits)
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

    expect(endedBy('b').is).toBe('running')
    expect(endedBy('a')).toMatchObject({ is: 'ended', ending: { how: 'killed', result: 'signal', status: 'KILL' } })
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
  ])('is refused where %s, and nothing has begun', (_, inputs, ground, words) => {
    const job = aJob(shell, ground)

    expect(job.start('echo ran', inputs)).toMatch(words)
    expect(job.follow().is).toBe('none')
  })

  it('tells the bytes of its log from an offset on, and of too many the last', () => {
    const job = aJob(shell)
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

  it('tells what its processes are, and what they have used', () => {
    const job = aJob(shell)
    job.start('i=0; while [ $i -lt 150000 ]; do i=$((i + 1)); done; echo used; sleep 30')
    job.follow({ wait_seconds: '20' })

    expect(job.follow()).toMatchObject({ is: 'running', cpuTicks: expect.any(Number) })
    expect(job.tree()).toEqual([
      expect.objectContaining({ depth: 1, command: expect.stringMatching(/upgrade\.sh$/) }),
      expect.objectContaining({ depth: 2, state: 'S', command: 'sleep 30' }),
    ])
  })

  it('clears away old runs, and keeps those that may still matter', () => {
    const job = aJob(shell)
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

  it('keeps its log and its result where they are when it is begun anew by another', () => {
    const job = aJob(shell)
    job.start('echo one')
    job.end()
    appendFileSync(`${job.root}/var/${logs}/upgrade.log`, 'two\n')

    job.run(`sh ${job.root}/var/${state}/upgrade.sh`, shell)

    expect(job.end()).toMatchObject({ standing: { is: 'ended' }, log: 'one\ntwo\n' })
  })
})
