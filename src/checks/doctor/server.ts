import { describeDuration } from '../../base/duration.ts'
import { MaestroError } from '../../base/errors.ts'
import { shorten } from '../../base/shorten.ts'
import type { Examined, PhaseTime } from '../../run/diagnose-servers.ts'
import type { Wanted } from '../expected-versions.ts'
import { allChanges, type Check, everything, fine, note, wrong } from '../finding.ts'
import { lookChecks } from './facts.ts'

type Well = Extract<Examined, { readonly status: 'examined' }>

/** What stands between one server and the commands, each with the line that puts it right. */
export function serverChecks(examined: Examined, wanted: Wanted): readonly Check[] {
  switch (examined.status) {
    case 'not-asked':
      return []
    case 'unreachable':
      return [connectionFailed(examined.error, examined.phases)]
    case 'failed':
      return [...aboutChecks(examined), wrong('shell', examined.error.message, stoppedBy(examined.error))]
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

function connectionFailed(error: MaestroError, phases: readonly PhaseTime[]): Check {
  const times = phasesText(phases)
  return wrong('connection', `${error.message}${times === '' ? '' : ` (${times})`}`, stoppedBy(error))
}

function aboutChecks({ about }: Pick<Well, 'about'>): readonly Check[] {
  const over = about.bastions.length === 0 ? '' : ` over ${about.bastions.join(', ')}`
  return [
    fine('connection', `${about.login}${over} by ${about.proof}: ${phasesText(about.phases)}`),
    fine('host key', `${about.hostKey} ${about.hostKeyVouched}, of ${about.software}`),
  ]
}

const phasesText = (phases: readonly PhaseTime[]): string =>
  phases
    .filter(({ durationMs }) => durationMs >= 0.5)
    .map(({ phase, durationMs }) => `${phase} ${milliseconds(durationMs)}`)
    .join(', ')

const milliseconds = (durationMs: number) =>
  durationMs < 10_000 ? `${Math.round(durationMs)} ms` : `${Math.round(durationMs / 1000)} s`

function helloChecks({ hello }: Well): readonly Check[] {
  const { user, noise, durationMs } = hello
  const quiet = fine('shell', `runs what it gets as ${user}, in ${milliseconds(durationMs)}`)
  return [noise === '' ? quiet : noiseCheck(noise, user), clockCheck(hello)]
}

function noiseCheck(noise: string, user: string): Check {
  const [first = ''] = noise.split('\n')
  return note(
    'shell',
    `the login shell of ${user} prints by itself, which breaks scp and rsync: ${shorten(first)}`,
    `begin ~${user}/.bashrc there with: case $- in *i*) ;; *) return ;; esac`,
  )
}

const clockLimitSeconds = 5

function clockCheck({ clock: { aheadSeconds, exactToSeconds } }: Well['hello']): Check {
  const apartSeconds = Math.abs(aheadSeconds)
  if (apartSeconds - exactToSeconds <= clockLimitSeconds) return fine('clock', 'as here')
  const where = aheadSeconds > 0 ? 'ahead of' : 'behind'
  return note(
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

function sudoCheck({ root }: Well): Check {
  if (root.is !== 'refused') return fine('sudo', rootBy[root.is])
  return wrong('sudo', root.error.message, { stops: allChanges, fix: root.error.hint })
}

function checksOfLook({ look, root }: Well, wanted: Wanted): readonly Check[] {
  if (look instanceof MaestroError) return [wrong('shell', look.message, stoppedBy(look))]
  const checks = lookChecks(look, wanted)
  // What only root may know is unknown for one reason, which is said.
  return root.is === 'refused' ? checks.filter(({ text }) => !text.includes('which sudo refuses')) : checks
}
