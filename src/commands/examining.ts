import { type ExitCode, exitCodes, MaestroError } from '../errors.ts'
import type { Server } from '../inventory/server.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { doctorParts } from '../remote/look.ts'
import { type Findings, isTrouble, renderFindings } from '../report/doctor-view.ts'
import { eventLine } from '../report/events.ts'
import type { Wanted } from '../report/look-checks.ts'
import { startProgress } from '../report/progress.ts'
import { serverChecks } from '../report/server-checks.ts'
import { type Examined, examineServers } from '../run/examine-servers.ts'
import { checkHere } from './check-here.ts'
import { type Chosen, chooseServers } from './choose-servers.ts'
import { openConnectionsFor } from './connections.ts'
import type { DoctorFlags } from './doctor.ts'
import { screenOf } from './screen.ts'
import { mayDraw } from './terminal.ts'

const parts = ['system', 'updates', 'unattended', 'dpkg', 'disk', 'docker', 'maestro', ...doctorParts] as const

/** Looks for what stands in the way here and on the selected servers. Returns the exit code. */
export async function examineAll(flags: DoctorFlags, stop: AbortSignal): Promise<ExitCode> {
  const chosen = await chooseServers(flags)
  const here: Findings = { server: 'this computer', checks: await checkHere(chosen) }
  const examined = await examine(chosen, flags, stop)
  const findings = examined.map((one) => ({
    server: one.server.name,
    checks: serverChecks(one, wantedOf(chosen.manifest, one.server)),
  }))
  const exitCode = exitCodeOf(examined, [here, ...findings], flags, stop)
  print({ here, findings, examined, flags, exitCode, chosen })
  return exitCode
}

async function examine(chosen: Chosen, flags: DoctorFlags, stop: AbortSignal): Promise<readonly Examined[]> {
  const { servers, passwords } = chosen
  const isShown = mayDraw() && !flags.quiet
  if (isShown) process.stderr.write(`${chosen.title}\n`)
  const progress = await startProgress({ names: servers.map(({ name }) => name), stream: process.stderr, isShown })
  const connections = openConnectionsFor(chosen, progress.pause)
  const onExamined = ({ server, connection }: Examined) =>
    progress.onSeen({ server, status: connection.is === 'made' ? 'seen' : 'not-asked' })
  const { connect } = connections
  try {
    return await examineServers({ servers, parts, connect, password: passwords.sudo, stop, onExamined })
  } finally {
    progress.end()
    await connections.close()
  }
}

function wantedOf({ groups }: Manifest, { groups: names }: Server): Wanted {
  const own = groups.filter(({ name }) => names.includes(name))
  return {
    dockerVersion: own.find(({ versions }) => versions.docker !== undefined)?.versions.docker,
    isBalancer: own.some(({ kind }) => kind === 'load_balancer'),
  }
}

function exitCodeOf(
  examined: readonly Examined[],
  findings: readonly Findings[],
  { exitCode }: DoctorFlags,
  stop: AbortSignal,
): ExitCode {
  if (stop.aborted) return stop.reason
  if (examined.some(({ look }) => look instanceof MaestroError)) return exitCodes.failed
  if (examined.some(({ connection }) => connection.is === 'failed')) return exitCodes.unreachable
  const isWrong = findings.some(({ checks }) => checks.some(({ is }) => is === 'bad' || is === 'unknown'))
  return exitCode === true && isWrong ? exitCodes.due : exitCodes.ok
}

type Printing = {
  readonly here: Findings
  readonly findings: readonly Findings[]
  readonly examined: readonly Examined[]
  readonly flags: DoctorFlags
  readonly exitCode: ExitCode
  readonly chosen: Chosen
}

function print({ here, findings, examined, flags, exitCode, chosen }: Printing): void {
  const say = (text: string) => process.stdout.write(text)
  if (flags.output === 'json') {
    say(eventLine('begin', { command: 'doctor', manifest: chosen.manifest.path, servers: findings.length }))
    say(eventLine('computer', { checks: here.checks }))
    for (const [index, { server, checks }] of findings.entries())
      say(eventLine('server', eventOf(server, checks, examined[index])))
    say(eventLine('end', { servers: findings.length, exitCode }))
    return
  }
  const rendering = {
    screen: screenOf(process.stdout),
    isVerbose: flags.verbose === true,
    isQuiet: flags.quiet === true,
  }
  const text = [renderFindings([here], rendering), renderFindings(findings, rendering)]
    .filter((part) => part !== '')
    .join('\n\n')
  const wrong = findings.filter(({ checks }) => checks.some(isTrouble)).length
  const totals = `${findings.length} ${findings.length === 1 ? 'server' : 'servers'}: ${findings.length - wrong} all well, ${wrong} with something to see to`
  if (text !== '') say(`${text}\n${flags.quiet ? '' : `\n${totals}\n`}`)
}

const eventOf = (server: string, checks: Findings['checks'], examined: Examined | undefined) => {
  const connection = examined?.connection
  if (connection === undefined) return { server, checks }
  const { phases, ...about } = connection.is === 'made' ? connection.about : { phases: connection.phases }
  return { server, checks, phases, ...about, aheadSeconds: examined?.aheadSeconds }
}
