import { detachedJob } from '../../../src/operations/job/job.ts'
import type { ServerContext } from '../../../src/plan/context.ts'
import { makeServerConnection } from '../../../src/run/connection/connection.ts'
import { optionsWithoutConfig } from '../../../src/ssh/config/ssh-config.ts'
import { openConnections } from '../../../src/ssh/connect.ts'
import { knownHostsOnDisk } from '../../../src/ssh/known-hosts/known-hosts-files.ts'
import { unavailablePorts } from '../../support/builders/step-context.ts'
import { type FleetServer, readFleet } from './fleet.ts'

/** A job on a server of the fleet, as one controller has it: over ssh sessions of its own. */
export interface FleetJob {
  readonly begin: () => Promise<void>
  readonly status: () => Promise<string>
  readonly finish: () => ReturnType<ReturnType<typeof detachedJob>['finish']>
  readonly progress: readonly string[]
  readonly asks: () => number
  readonly close: () => Promise<void>
}

type FleetJobOptions = {
  readonly run: string
  /** What the job does: POSIX sh. */
  readonly work: string
  readonly stallTimeoutMs?: number
  readonly onProgress?: (doing: string) => void
}

/** The job of that run; its line counts as lost after three silent seconds. */
export function fleetJob(
  server: FleetServer,
  { run, work, stallTimeoutMs = 60_000, onProgress }: FleetJobOptions,
): FleetJob {
  const connections = openConnections({
    local: { home: '/nonexistent', localUser: 'root', agentSocket: undefined },
    hostOptions: async (question) => ({
      ...optionsWithoutConfig(question, 'root'),
      proxyCommand: `ip netns exec ${readFleet().controller.namespace} busybox nc %h %p`,
      knownHostsFiles: [server.knownHostsPath],
    }),
    knownHosts: knownHostsOnDisk(),
    timeouts: { tcpMs: 2_000, handshakeMs: 4_000, keepaliveMs: 1_000 },
  })
  const { name, address: host, user, port, keyPath } = server
  const there = { name, host, user, port, identityFiles: [keyPath], groups: ['docker'], spare: false }
  const connection = makeServerConnection(there, (to) => connections.connect(to, new AbortController().signal))
  const progress: string[] = []
  let asks = 0
  const ctx: ServerContext = {
    server: there,
    runId: run,
    key: `${run}/${name}/upgrade`,
    run: ({ inputs, ...script }) => {
      asks += 1
      return connection.run({ ...script, inputs: withWork(work, inputs) })
    },
    gatherFacts: connection.gatherFacts,
    ...unavailablePorts,
    waitMs: (timeMs) => new Promise((resolve) => setTimeout(resolve, timeMs)),
    nowMs: () => performance.now(),
    progress: (doing) => {
      progress.push(doing)
      onProgress?.(doing)
    },
  }
  const job = detachedJob({ script: () => ({ files: [] }), stallTimeoutMs })
  return {
    begin: () => job.apply(ctx, null),
    status: () => job.status(ctx),
    finish: () => job.finish(ctx),
    progress,
    asks: () => asks,
    close: async () => {
      await connection.close()
      await connections.close()
    },
  }
}

// A real job comes from files; here its work is written into the script that is handed over.
function withWork(work: string, inputs: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const { job } = inputs
  return job === undefined ? inputs : { ...inputs, job: job.replace('{\n', () => `{\nwork() {\n${work}\n}\n`) }
}

/** A run of its own for each test, so that nothing of another is in its way. */
export const freshRun = (): string =>
  `20261123-${String(Math.floor(Math.random() * 1e6)).padStart(6, '0')}-${Math.random().toString(36).slice(2, 6).padEnd(4, 'x')}`
