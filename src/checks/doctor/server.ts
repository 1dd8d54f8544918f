import { describeDuration } from '../../base/duration.ts'
import { MaestroError } from '../../base/errors.ts'
import { shorten } from '../../base/shorten.ts'
import type { Diagnosis, PhaseTime } from '../../run/session/diagnose-servers.ts'
import type { ExpectedVersions } from '../expected-versions.ts'
import { allChanges, errorFinding, everything, type Finding, okFinding, warningFinding } from '../finding.ts'
import { factChecks } from './facts.ts'

type Reached = Extract<Diagnosis, { readonly status: 'examined' }>

/** Everything that the commands need of one server, as findings with their fixes. */
export function serverChecks(examined: Diagnosis, wanted: ExpectedVersions): readonly Finding[] {
  switch (examined.status) {
    case 'skipped':
      return []
    case 'unreachable':
      return [connectionFailed(examined.error, examined.phases)]
    case 'failed':
      return [
        ...sessionChecks(examined),
        errorFinding('shell', examined.error.message, stopsEverything(examined.error)),
      ]
    case 'examined':
      return [
        ...sessionChecks(examined),
        ...shellChecks(examined),
        sudoCheck(examined),
        ...checksOfFacts(examined, wanted),
      ]
  }
}

const stopsEverything = ({ hint }: MaestroError) => ({ stops: everything, fix: hint })

function connectionFailed(error: MaestroError, phases: readonly PhaseTime[]): Finding {
  const times = phasesText(phases)
  return errorFinding('connection', `${error.message}${times === '' ? '' : ` (${times})`}`, stopsEverything(error))
}

function sessionChecks({ about }: Pick<Reached, 'about'>): readonly Finding[] {
  const over = about.jumpHosts.length === 0 ? '' : ` through ${about.jumpHosts.join(', ')}`
  return [
    okFinding('connection', `${about.login}${over} by ${about.proof}: ${phasesText(about.phases)}`),
    okFinding('host key', `${about.hostKey} ${about.hostKeyVouched}, of ${about.software}`),
  ]
}

const phasesText = (phases: readonly PhaseTime[]): string =>
  phases
    .filter(({ durationMs }) => durationMs >= 0.5)
    .map(({ phase, durationMs }) => `${phase} ${milliseconds(durationMs)}`)
    .join(', ')

const milliseconds = (durationMs: number) =>
  durationMs < 10_000 ? `${Math.round(durationMs)} ms` : `${Math.round(durationMs / 1000)} s`

function shellChecks({ hello }: Reached): readonly Finding[] {
  const { user, noise, durationMs } = hello
  const quiet = okFinding('shell', `runs commands as ${user}, first answer after ${milliseconds(durationMs)}`)
  return [noise === '' ? quiet : noiseCheck(noise, user), clockCheck(hello)]
}

function noiseCheck(noise: string, user: string): Finding {
  const [first = ''] = noise.split('\n')
  return warningFinding(
    'shell',
    `the login shell of ${user} prints text, which breaks scp and rsync: ${shorten(first)}`,
    `start ~${user}/.bashrc on the server with: case $- in *i*) ;; *) return ;; esac`,
  )
}

const clockLimitSeconds = 5

function clockCheck({ clock: { aheadSeconds, exactToSeconds } }: Reached['hello']): Finding {
  const apartSeconds = Math.abs(aheadSeconds)
  if (apartSeconds - exactToSeconds <= clockLimitSeconds) return okFinding('clock', 'in sync with this computer')
  const where = aheadSeconds > 0 ? 'ahead of' : 'behind'
  return warningFinding(
    'clock',
    `${describeDuration(apartSeconds)} ${where} this computer: signatures, locks and windows depend on it`,
    'timedatectl set-ntp true',
  )
}

const rootBy = {
  login: 'logs in as root',
  sudo: 'sudo works without a password',
  'sudo-with-password': 'sudo works with the password',
} as const

function sudoCheck({ root }: Reached): Finding {
  if (root.status !== 'refused') return okFinding('sudo', rootBy[root.status])
  return errorFinding('sudo', root.error.message, { stops: allChanges, fix: root.error.hint })
}

function checksOfFacts({ facts, root }: Reached, wanted: ExpectedVersions): readonly Finding[] {
  if (facts instanceof MaestroError) return [errorFinding('shell', facts.message, stopsEverything(facts))]
  const checks = factChecks(facts, wanted)
  // Facts that need root are all unknown for the one reason that is reported already.
  return root.status === 'refused' ? checks.filter(({ text }) => !text.includes('which sudo refuses')) : checks
}
