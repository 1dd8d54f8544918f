import type { ExitCode } from '../base/errors.ts'
import { wantedOf } from '../checks/expected-versions.ts'
import { exitCodeOfLook } from '../cli/exit-code.ts'
import type { OutputFlags, ServerFlags } from '../cli/flags.ts'
import { mayDraw, screenOf } from '../cli/terminal.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { eventLine, serverEvent } from '../report/format/json-events.ts'
import { renderMetrics } from '../report/format/prometheus.ts'
import { startProgress } from '../report/format/spinner.ts'
import type { Sample, View } from '../report/view.ts'
import { lookAtServers, type Seen } from '../run/gather-facts.ts'
import { openConnectionsFor } from './connections.ts'
import { type Chosen, chooseServers } from './targets.ts'

type Flags = ServerFlags & OutputFlags
type Looking = { readonly flags: Flags; readonly stop: AbortSignal; readonly view: View }

/** The road of every command that only looks: manifest, servers, look, report. Returns the exit code. */
export async function look({ flags, stop, view }: Looking): Promise<ExitCode> {
  const chosen = await chooseServers(flags)
  const isShown = mayDraw() && !flags.quiet
  if (isShown) process.stderr.write(`${chosen.title}\n`)
  if (flags.output === 'json') print(eventLine('begin', beginning(view, chosen)))

  const seen = await seeAll({ chosen, view, flags, stop, isShown })

  const exitCode = exitCodeOfLook(seen, { stop, isDue: flags.exitCode ? view.isDueOrUnknown : undefined })
  print(render({ seen, view, flags, exitCode, manifest: chosen.manifest }))
  return exitCode
}

type Seeing = Looking & { readonly chosen: Chosen; readonly isShown: boolean }

async function seeAll({ chosen, view, flags, stop, isShown }: Seeing): Promise<readonly Seen[]> {
  const { servers } = chosen
  const progress = await startProgress({ names: servers.map(({ name }) => name), stream: process.stderr, isShown })
  const connections = openConnectionsFor(chosen, progress.pause)
  const onSeen = (seen: Seen) => {
    progress.onSeen(seen)
    if (flags.output === 'json') print(serverEvent(seen, view))
  }
  try {
    return await lookAtServers({
      servers,
      parts: view.parts,
      connect: connections.connect,
      stop,
      onSeen,
      password: chosen.passwords.sudo,
    })
  } finally {
    progress.end()
    await connections.close()
  }
}

type Rendering = {
  readonly seen: readonly Seen[]
  readonly view: View
  readonly flags: Flags
  readonly exitCode: ExitCode
  readonly manifest: Manifest
}

function render({ seen, view, flags, exitCode, manifest }: Rendering): string {
  switch (flags.output) {
    case 'json':
      return eventLine('end', { servers: seen.length, exitCode })
    case 'prometheus':
      return renderMetrics([whenLooked(), ...seen.flatMap((one) => samplesOf(one, view))])
    case 'table': {
      const text = view.render(seen, {
        screen: screenOf(process.stdout),
        isVerbose: flags.verbose === true,
        isQuiet: flags.quiet === true,
        wantedOf: (server) => wantedOf(manifest, server),
      })
      return text === '' ? '' : `${text}\n`
    }
  }
}

const beginning = (view: View, { manifest, servers }: Chosen) => ({
  command: view.command,
  manifest: manifest.path,
  environment: manifest.environment,
  servers: servers.length,
})

const whenLooked = (): Sample => ({ metric: 'maestro_look_timestamp_seconds', value: Math.floor(Date.now() / 1000) })

function samplesOf(seen: Seen, view: View): readonly Sample[] {
  const server = { server: seen.server.name }
  const reachable = { metric: 'maestro_server_reachable', value: seen.status === 'seen' ? 1 : 0, labels: server }
  return [reachable, ...view.metrics(seen).map((sample) => ({ ...sample, labels: { ...server, ...sample.labels } }))]
}

const print = (text: string) => process.stdout.write(text)
