import { existsSync, readdirSync, rmSync, watch, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import ssh2 from 'ssh2'
import { bootServer, writeUptime } from './boot.ts'
import { type Fault, faultOf, showFault } from './faults.ts'
import type { KeyPair } from './key-pair.ts'
import { makeLoopbackPort } from './loopback-port.ts'
import { type Account, endProcessGroup } from './run-shell.ts'
import { serveClient } from './serve-client.ts'

export interface LabServer {
  readonly port: number
  /** Whether it can be reached. */
  readonly isUp: () => boolean
  readonly end: () => Promise<void>
}

type LabServerOptions = {
  readonly account: Account
  readonly hostKey: KeyPair
  readonly allowed: Buffer
  /** Called whenever it has come up. */
  readonly onBoot: () => void
}

// Long enough for a run to see the system going down, and gone.
const goingDownMs = 400
const bootMs = 1_800
const slowMs = 2_000
const cutMs = 250

/** Brings a server to life on its root folder: it serves, restarts when told to, and has the fault that its lab/fault names. */
export async function startServer({ account, hostKey, allowed, onBoot }: LabServerOptions): Promise<LabServer> {
  const { root } = account
  let isUp = true
  const ssh = new ssh2.Server({ hostKeys: [hostKey.private] })
  const door = await makeLoopbackPort((socket) => ssh.injectSocket(socket))
  const beforeCommand = applyFault(root, door.cut)
  ssh.on('connection', (client) => serveClient(client, { account, allowed, beforeCommand }))
  onBoot()

  async function react(): Promise<void> {
    if (existsSync(`${root}/lab/reboot`)) await restart()
    const fault = faultOf(root)
    writeUptime(root)
    showFault(root, fault)
    const isGone = fault === 'down' || (fault === 'never-returns' && !isUp)
    if (isGone) await door.close()
    else await door.open()
    isUp = !isGone
  }

  async function restart(): Promise<void> {
    await wait(goingDownMs)
    isUp = false
    await door.close()
    endUnits(root)
    await wait(bootMs)
    rmSync(`${root}/lab/reboot`, { force: true })
    writeFileSync(`${root}/lab/restarted`, '')
    bootServer(root)
    onBoot()
  }

  const stopWatching = await onOrder(`${root}/lab`, react)
  return {
    port: door.port,
    isUp: () => isUp,
    end: async () => {
      await stopWatching()
      await door.close()
      endUnits(root)
    },
  }
}

/** What a fault does to a command: it comes late, or the line goes while a unit is at work. */
function applyFault(root: string, cut: () => void): () => Promise<void> {
  let count = 0
  const cutOnce = () => {
    cut()
    writeFileSync(`${root}/lab/cut`, '')
  }
  const troubles: Partial<Record<Fault, () => Promise<unknown>>> = {
    slow: () => wait(slowMs),
    drops: async () => {
      if (isAtWork(root) && count++ % 2 === 0) setTimeout(cutOnce, cutMs)
    },
  }
  return async () => {
    writeUptime(root)
    const fault = faultOf(root)
    await (fault && troubles[fault]?.())
  }
}

const pidsOf = (root: string) => (existsSync(`${root}/lab/pids`) ? readdirSync(`${root}/lab/pids`).map(Number) : [])
const isAtWork = (root: string) => pidsOf(root).length > 0

function endUnits(root: string): void {
  for (const pid of pidsOf(root)) endProcessGroup(pid)
}

// What a person or a stand-in writes to tell the lab something; all else in the folder is written by the lab itself.
const orders: readonly (string | null)[] = ['fault', 'reboot', null]

/** Does a work now and after each order in a folder, one at a time; the result ends that, after the work under way. */
async function onOrder(folder: string, work: () => Promise<void>): Promise<() => Promise<void>> {
  let isDue = false
  let working: Promise<void> | undefined
  const goOn = async () => {
    while (isDue) {
      isDue = false
      await work()
    }
    working = undefined
  }
  const trigger = () => {
    isDue = true
    working ??= goOn()
  }
  const watcher = watch(folder, (_, name) => {
    if (orders.includes(name)) trigger()
  })
  trigger()
  await working
  return async () => {
    watcher.close()
    await working
  }
}
