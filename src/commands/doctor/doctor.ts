import { type ExitCode, exitCodes, MaestroError } from '../../base/errors.ts'
import { serverChecks } from '../../checks/doctor/server.ts'
import { wantedOf } from '../../checks/expected-versions.ts'
import { mayDraw, screenOf } from '../../cli/terminal.ts'
import { doctorParts } from '../../remote/facts/facts.ts'
import { doctorEvent } from '../../report/doctor/event.ts'
import { type Findings, isWrong, renderFindings, totalsOf } from '../../report/doctor/view.ts'
import { eventLine } from '../../report/format/json-events.ts'
import { startProgress } from '../../report/format/spinner.ts'
import { type Examined, examineServers } from '../../run/diagnose-servers.ts'
import { openConnectionsFor } from '../../workflow/connections.ts'
import { type Chosen, chooseServers } from '../../workflow/targets.ts'
import type { DoctorFlags } from './command.ts'
import { checkHere } from './local-checks.ts'

const parts = [
  'system',
  'reboot',
  'updates',
  'unattended',
  'dpkg',
  'disk',
  'docker',
  'weave',
  'maestro',
  ...doctorParts,
] as const

/** Looks for what stands in the way here and on the selected servers. Returns the exit code. */
export async function examineAll(flags: DoctorFlags, stop: AbortSignal): Promise<ExitCode> {
  const chosen = await chooseServers(flags)
  const { manifest, servers } = chosen
  const isJson = flags.output === 'json'
  const begin = { command: 'doctor', manifest: manifest.path, environment: manifest.environment }
  if (isJson) print(eventLine('begin', { ...begin, servers: servers.length }))
  const here: Findings = { server: 'this computer', checks: await checkHere(chosen) }
  if (isJson) print(eventLine('computer', { checks: here.checks }))

  const findingsOf = (one: Examined) => serverChecks(one, wantedOf(manifest, one.server))
  const onExamined = (one: Examined) => {
    if (isJson) print(doctorEvent(one, findingsOf(one)))
  }
  const examined = await examine({ chosen, flags, stop, onExamined })

  const findings = examined.map((one) => ({ server: one.server.name, checks: findingsOf(one) }))
  const exitCode = exitCodeOf(examined, [here, ...findings], { flags, stop })
  print(isJson ? eventLine('end', { servers: servers.length, exitCode }) : tableOf(here, findings, flags))
  return exitCode
}

type Examining = {
  readonly chosen: Chosen
  readonly flags: DoctorFlags
  readonly stop: AbortSignal
  readonly onExamined: (examined: Examined) => void
}

async function examine({ chosen, flags, stop, onExamined }: Examining): Promise<readonly Examined[]> {
  const { servers, passwords } = chosen
  const isShown = mayDraw() && !flags.quiet
  if (isShown) process.stderr.write(`${chosen.title}\n`)
  const progress = await startProgress({ names: servers.map(({ name }) => name), stream: process.stderr, isShown })
  const connections = openConnectionsFor(chosen, progress.pause)
  const tell = (one: Examined) => {
    progress.onSeen({ server: one.server, status: one.status === 'examined' ? 'seen' : one.status })
    onExamined(one)
  }
  const { connect } = connections
  try {
    return await examineServers({ servers, parts, connect, password: passwords.sudo, stop, onExamined: tell })
  } finally {
    progress.end()
    await connections.close()
  }
}

type Asked = { readonly flags: DoctorFlags; readonly stop: AbortSignal }

// As of every command that only looks: what is wrong is an answer, and a failure only where there is none.
function exitCodeOf(examined: readonly Examined[], findings: readonly Findings[], { flags, stop }: Asked): ExitCode {
  if (stop.aborted) return stop.reason
  if (examined.some(hasFailed)) return exitCodes.failed
  if (examined.some(({ status }) => status === 'unreachable')) return exitCodes.unreachable
  const isDue = flags.exitCode === true && findings.some(({ checks }) => checks.some(isWrong))
  return isDue ? exitCodes.due : exitCodes.ok
}

const hasFailed = (one: Examined) =>
  one.status === 'failed' || (one.status === 'examined' && one.look instanceof MaestroError)

function tableOf(here: Findings, findings: readonly Findings[], { verbose, quiet }: DoctorFlags): string {
  const options = { screen: screenOf(process.stdout), isVerbose: verbose === true, isQuiet: quiet === true }
  const text = renderFindings([here, ...findings], options)
  const totals = quiet ? '' : totalsOf(findings)
  return [text, totals]
    .filter((part) => part !== '')
    .map((part) => `${part}\n`)
    .join('\n')
}

const print = (text: string) => process.stdout.write(text)
