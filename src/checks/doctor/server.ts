import { describeDuration } from '../../base/duration.ts'
import { MaestroError } from '../../base/errors.ts'
import { shorten } from '../../base/shorten.ts'
import type { Diagnosis, PhaseTime } from '../../run/session/diagnose-servers.ts'
import type { ExpectedVersions } from '../expected-versions.ts'
import { allChanges, errorFinding, everything, type Finding, okFinding, warningFinding } from '../finding.ts'
import { lookChecks } from './facts.ts'

type Well = Extract<Diagnosis, { readonly status: 'examined' }>

/** What stands between one server and the commands, each with the line that puts it right. */
export function serverChecks(examined: Diagnosis, wanted: ExpectedVersions): readonly Finding[] {
  switch (examined.status) {
    case 'not-asked':
      return []
    case 'unreachable':
      return [connectionFailed(examined.error, examined.phases)]
    case 'failed':
      return [...aboutChecks(examined), errorFinding('shell', examined.error.message, stoppedBy(examined.error))]
    case 'examined':
      return [
        ...aboutChecks(examined),
        ...helloChecks(examined),
        sudoCheck(examined),
        ...checksOfLook(examined, wanted),
      ]
  }
}

const stoppedBy = ({ hint }: MaestroError) => ({ stops: everything, fix: hint })

function connectionFailed(error: MaestroError, phases: readonly PhaseTime[]): Finding {
  const times = phasesText(phases)
  return errorFinding('connection', `${error.message}${times === '' ? '' : ` (${times})`}`, stoppedBy(error))
}

function aboutChecks({ about }: Pick<Well, 'about'>): readonly Finding[] {
  const over = about.jumpHosts.length === 0 ? '' : ` over ${about.jumpHosts.join(', ')}`
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

function helloChecks({ hello }: Well): readonly Finding[] {
  const { user, noise, durationMs } = hello
  const quiet = okFinding('shell', `runs what it gets as ${user}, in ${milliseconds(durationMs)}`)
  return [noise === '' ? quiet : noiseCheck(noise, user), clockCheck(hello)]
}

function noiseCheck(noise: string, user: string): Finding {
  const [first = ''] = noise.split('\n')
  return warningFinding(
    'shell',
    `the login shell of ${user} prints by itself, which breaks scp and rsync: ${shorten(first)}`,
    `begin ~${user}/.bashrc there with: case $- in *i*) ;; *) return ;; esac`,
  )
}

const clockLimitSeconds = 5

function clockCheck({ clock: { aheadSeconds, exactToSeconds } }: Well['hello']): Finding {
  const apartSeconds = Math.abs(aheadSeconds)
  if (apartSeconds - exactToSeconds <= clockLimitSeconds) return okFinding('clock', 'as here')
  const where = aheadSeconds > 0 ? 'ahead of' : 'behind'
  return warningFinding(
    'clock',
    `${describeDuration(apartSeconds)} ${where} this computer: signatures, locks and windows go by it`,
    'timedatectl set-ntp true',
  )
}

const rootBy = {
  login: 'we log in as root',
  sudo: 'sudo makes us root without a password',
  'sudo-with-password': 'sudo makes us root with the password',
} as const

function sudoCheck({ root }: Well): Finding {
  if (root.status !== 'refused') return okFinding('sudo', rootBy[root.status])
  return errorFinding('sudo', root.error.message, { stops: allChanges, fix: root.error.hint })
}

function checksOfLook({ look, root }: Well, wanted: ExpectedVersions): readonly Finding[] {
  if (look instanceof MaestroError) return [errorFinding('shell', look.message, stoppedBy(look))]
  const checks = lookChecks(look, wanted)
  // What only root may know is unknown for one reason, which is said.
  return root.status === 'refused' ? checks.filter(({ text }) => !text.includes('which sudo refuses')) : checks
}
