import type { ExitCode } from '../base/errors.ts'
import { expectedVersions } from '../checks/expected-versions.ts'
import { exitCodeOfInspection } from '../cli/exit-code.ts'
import type { OutputFlags, ServerFlags } from '../cli/flags.ts'
import { printEvent } from '../cli/json-output.ts'
import { mayDraw, screenOf } from '../cli/terminal.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { serverEvent } from '../report/format/json-events.ts'
import { renderMetrics } from '../report/format/prometheus.ts'
import { startSpinner } from '../report/format/spinner.ts'
import type { Sample, View } from '../report/view.ts'
import { type GatherResult, gatherFacts } from '../run/session/gather-facts.ts'
import { whereOf } from './summary.ts'
import { openConnectionsFor } from './targets/connections.ts'
import { selectTargets, type Targets } from './targets/targets.ts'

type Flags = ServerFlags & OutputFlags
type InspectRequest = { readonly flags: Flags; readonly stop: AbortSignal; readonly view: View }

/** The road of every command that only looks: manifest, servers, look, report. Returns the exit code. */
export async function inspect({ flags, stop, view }: InspectRequest): Promise<ExitCode> {
  const chosen = await selectTargets(flags)
  const isShown = mayDraw() && !flags.quiet
  if (isShown) process.stderr.write(`${chosen.title}\n`)
  if (flags.output === 'json') printEvent({ event: 'command-started', ...beginning(view, chosen) })

  const gathered = await gatherAll({ chosen, view, flags, stop, isShown })

  const exitCode = exitCodeOfInspection(gathered, { stop, isDue: flags.exitCode ? view.isDueOrUnknown : undefined })
  if (flags.output !== 'json') process.stdout.write(render({ gathered, view, flags, manifest: chosen.manifest }))
  return exitCode
}

type InspectOptions = InspectRequest & { readonly chosen: Targets; readonly isShown: boolean }

async function gatherAll({ chosen, view, flags, stop, isShown }: InspectOptions): Promise<readonly GatherResult[]> {
  const { servers } = chosen
  const progress = await startSpinner({ names: servers.map(({ name }) => name), stream: process.stderr, isShown })
  const connections = openConnectionsFor(chosen, progress.pause)
  const onResult = (gathered: GatherResult) => {
    progress.onResult(gathered)
    if (flags.output === 'json') printEvent(serverEvent(gathered, view))
  }
  try {
    return await gatherFacts({
      servers,
      facts: view.facts,
      connect: connections.connect,
      stop,
      onResult,
      password: chosen.passwords.sudo,
    })
  } finally {
    progress.end()
    await connections.close()
  }
}

type Rendering = {
  readonly gathered: readonly GatherResult[]
  readonly view: View
  readonly flags: Flags
  readonly manifest: Manifest
}

function render({ gathered, view, flags, manifest }: Rendering): string {
  if (flags.output === 'prometheus')
    return renderMetrics([gatheredAt(), ...gathered.flatMap((one) => samplesOf(one, view))])
  const text = view.render(gathered, {
    screen: screenOf(process.stdout),
    isVerbose: flags.verbose === true,
    isQuiet: flags.quiet === true,
    expectedVersions: (server) => expectedVersions(manifest, server),
  })
  return text === '' ? '' : `${text}\n`
}

const beginning = (view: View, { manifest, servers }: Targets) => ({
  command: view.command,
  ...whereOf(manifest),
  servers: servers.length,
})

const gatheredAt = (): Sample => ({
  metric: 'maestro_last_run_timestamp_seconds',
  value: Math.floor(Date.now() / 1000),
})

function samplesOf(gathered: GatherResult, view: View): readonly Sample[] {
  const server = { server: gathered.server.name }
  const reachable = {
    metric: 'maestro_server_reachable',
    value: gathered.status === 'gathered' ? 1 : 0,
    labels: server,
  }
  return [
    reachable,
    ...view.metrics(gathered).map((sample) => ({ ...sample, labels: { ...server, ...sample.labels } })),
  ]
}
