import { type ExitCode, MaestroError } from '../../base/errors.ts'
import { serverChecks } from '../../checks/doctor/server.ts'
import { expectedVersions } from '../../checks/expected-versions.ts'
import { exitCodeOfDoctor } from '../../cli/exit-code.ts'
import { printEvent } from '../../cli/json-output.ts'
import { mayDraw, screenOf } from '../../cli/terminal.ts'
import { doctorFacts } from '../../remote/facts/facts.ts'
import { doctorEvent } from '../../report/doctor/event.ts'
import { renderFindings, type ServerFindings, totalsOf } from '../../report/doctor/view.ts'
import { startSpinner } from '../../report/format/spinner.ts'
import { type Diagnosis, diagnoseServers } from '../../run/session/diagnose-servers.ts'
import { whereOf } from '../../workflow/summary.ts'
import { openConnectionsFor } from '../../workflow/targets/connections.ts'
import { selectTargets, type Targets } from '../../workflow/targets/targets.ts'
import type { DoctorFlags } from './flags.ts'
import { checkController } from './local-checks.ts'

const facts = [
  'system',
  'reboot',
  'upgrades',
  'unattended',
  'dpkg',
  'disk',
  'docker',
  'weave',
  'maestro',
  ...doctorFacts,
] as const

/** Diagnoses this computer and the selected servers. Returns the exit code. */
export async function diagnoseAll(flags: DoctorFlags, stop: AbortSignal): Promise<ExitCode> {
  const chosen = await selectTargets(flags)
  const { manifest, servers } = chosen
  const isJson = flags.output === 'json'
  const about = { command: 'doctor', ...whereOf(manifest), servers: servers.length }
  if (isJson) printEvent({ event: 'command-started', ...about })
  const here: ServerFindings = { server: 'this computer', findings: await checkController(chosen) }
  if (isJson) printEvent({ event: 'controller', findings: here.findings })

  const findingsOf = (one: Diagnosis) => serverChecks(one, expectedVersions(manifest, one.server))
  const onExamined = (one: Diagnosis) => {
    if (isJson) printEvent(doctorEvent(one, findingsOf(one)))
  }
  const examined = await diagnose({ chosen, flags, stop, onExamined })

  const findings = examined.map((one) => ({ server: one.server.name, findings: findingsOf(one) }))
  const exitCode = exitCodeOfDoctor({
    stop,
    hasFailed: examined.some(hasFailed),
    hasUnreachable: examined.some(({ status }) => status === 'unreachable'),
    findings: [here, ...findings],
    asksDue: flags.exitCode === true,
  })
  if (!isJson) process.stdout.write(tableOf(here, findings, flags))
  return exitCode
}

type DiagnoseOptions = {
  readonly chosen: Targets
  readonly flags: DoctorFlags
  readonly stop: AbortSignal
  readonly onExamined: (examined: Diagnosis) => void
}

async function diagnose({ chosen, flags, stop, onExamined }: DiagnoseOptions): Promise<readonly Diagnosis[]> {
  const { servers, passwords } = chosen
  const isShown = mayDraw() && !flags.quiet
  if (isShown) process.stderr.write(`${chosen.title}\n`)
  const progress = await startSpinner({ names: servers.map(({ name }) => name), stream: process.stderr, isShown })
  const connections = openConnectionsFor(chosen, progress.pause)
  const tell = (one: Diagnosis) => {
    progress.onResult({ server: one.server, status: one.status === 'examined' ? 'gathered' : one.status })
    onExamined(one)
  }
  const { connect } = connections
  try {
    return await diagnoseServers({ servers, facts, connect, password: passwords.sudo, stop, onDiagnosed: tell })
  } finally {
    progress.end()
    await connections.close()
  }
}

const hasFailed = (one: Diagnosis) =>
  one.status === 'failed' || (one.status === 'examined' && one.facts instanceof MaestroError)

function tableOf(here: ServerFindings, findings: readonly ServerFindings[], { verbose, quiet }: DoctorFlags): string {
  const options = { screen: screenOf(process.stdout), isVerbose: verbose === true, isQuiet: quiet === true }
  const text = renderFindings([here, ...findings], options)
  const totals = quiet ? '' : totalsOf(findings)
  return [text, totals]
    .filter((part) => part !== '')
    .map((part) => `${part}\n`)
    .join('\n')
}
