import { describe, expect, it } from 'vitest'
import { jobFiles } from '../../../src/remote/job/status.ts'
import { makeScript } from '../../../src/remote/script.ts'
import { type FakeServer, fakeServer } from '../../support/fakes/fake-server.ts'
import { shells } from '../../support/tools.ts'
import { callsOf, textOf } from '../unattended-upgrades/run-script.ts'

const run = '20261123-091500-test'
const job = `var/lib/maestro/${run}/upgrade`
const noted = (name: string) => `echo "${name} $*" >>"$MAESTRO_ROOT/calls"`
// A timer runs while there is a file of its name.
const systemctl = `cd "$MAESTRO_ROOT/running"
case $* in
  '-q is-active '*) [ -e "$3" ] ;;
  stop*) ${noted('systemctl')}; rm "$2" ;;
  start*) ${noted('systemctl')}; touch "$2" ;;
esac`
const stamps = 'var/lib/systemd/timers'
const files = {
  'proc/locks': '',
  'running/apt-daily.timer': '',
  'run/systemd/system': null,
  [stamps]: null,
  [`var/lib/maestro/${run}`]: null,
}
const tools = {
  systemctl,
  sleep: ':',
  dpkg: noted('dpkg'),
  'dpkg-query': 'echo "libc6|2|ii "',
}

describe.each(shells())('lib/apt-lock.sh under $name', (shell) => {
  /** A job whose own work is only a word among the calls, and then how it ends. */
  const install = (server: FakeServer, ending = 'true', inputs: Readonly<Record<string, string>> = {}) => {
    const text = makeScript({
      files: ['facts/dpkg.sh', 'lib/apt-lock.sh', ...jobFiles.job],
      inputs: { job_run: run, job_step: 'upgrade', lock_seconds: '0', ...inputs },
      nonce: 'none',
    }).replace('{\n', () => `{\nwork() {\nawait_turn\necho installs >>"$MAESTRO_ROOT/calls"\n${ending}\n}\n`)
    const { status, stdout, stderr } = server.run(`MAESTRO_PHASE=work\n${text}`, shell)
    return { status, said: `${stdout}${stderr}` }
  }
  const stopped = ['systemctl stop apt-daily.timer', 'installs', 'systemctl start apt-daily.timer']

  it.each([
    ['ends well', 'true', 0],
    ['fails', 'exit 5', 5],
  ])('pauses running apt timers until the job %s, and starts no others', (_, ending, status) => {
    const server = fakeServer({ files, tools })

    expect(install(server, ending)).toMatchObject({ status })

    expect(callsOf(server)).toEqual(stopped)
    expect(textOf(server, `${job}.timers`)).toBeUndefined()
    // Without it systemd would make up at once for what the timer has missed.
    expect(textOf(server, `${stamps}/stamp-apt-daily.timer`)).toBe('')
  })

  it('starts timers that an earlier attempt stopped and could not start', () => {
    const server = fakeServer({ files: { ...files, [`${job}.timers`]: 'apt-daily-upgrade.timer\n' }, tools })

    install(server)

    expect(callsOf(server).slice(-2)).toEqual([
      'systemctl start apt-daily-upgrade.timer',
      'systemctl start apt-daily.timer',
    ])
  })

  it('does not call systemctl where there is no systemd', () => {
    const { 'run/systemd/system': _, ...others } = files
    const server = fakeServer({ files: others, tools })

    expect(install(server)).toMatchObject({ status: 0 })
    expect(callsOf(server)).toEqual(['installs'])
  })

  it('waits for cloud-init, and continues once that has ended', () => {
    const once = 'cd "$MAESTRO_ROOT"; [ -e asked ] || { touch asked; echo "status: running"; }'
    const server = fakeServer({ files, tools: { ...tools, 'cloud-init': once } })

    const { status, said } = install(server, 'true', { lock_seconds: '60' })

    expect([status, said]).toEqual([0, 'waiting for cloud-init, which still sets this server up\n'])
    expect(callsOf(server)).toEqual(stopped)
  })

  it('gives up after lock_seconds, installs nothing, and starts the timers again', () => {
    const server = fakeServer({ files, tools: { ...tools, 'cloud-init': 'echo "status: running"' } })

    const { status, said } = install(server)

    expect([status, said]).toEqual([
      1,
      expect.stringMatching(/^waited \d+ s in vain for cloud-init, .*--apt-lock-timeout/),
    ])
    expect(callsOf(server)).toEqual(stopped.filter((call) => call !== 'installs'))
  })

  it('records the state of the timers only at the first attempt', () => {
    const server = fakeServer({ files, tools })
    install(server)
    expect(textOf(server, `${job}.before`)).toBe('libc6|2|ii \n')

    server.run(`echo 'libc6|1|ii ' >"$MAESTRO_ROOT/${job}.before"; rm "$MAESTRO_ROOT/calls"`)
    install(server)

    expect(textOf(server, `${job}.before`)).toBe('libc6|1|ii \n')
    expect(callsOf(server)).toContain('dpkg --force-confdef --force-confold --configure -a')
  })

  it('stops when dpkg cannot complete what an earlier attempt left', () => {
    const server = fakeServer({ files: { ...files, [`${job}.before`]: '' }, tools: { ...tools, dpkg: 'exit 1' } })

    expect(install(server)).toEqual({ status: 1, said: 'dpkg cannot finish what it was interrupted in\n' })
    expect(callsOf(server)).not.toContain('installs')
  })
})
