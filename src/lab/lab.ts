import { mkdirSync, writeFileSync } from 'node:fs'
import { type Balancer, makeBalancer } from './balancer.ts'
import type { Fault } from './faults.ts'
import { makeKeyPair, publicLine, wireForm } from './key-pair.ts'
import { makeRoot } from './make-root.ts'
import { manifestText } from './manifest-text.ts'
import { type PracticeServer, practiceServers } from './practice-servers.ts'
import { type ServerLife, startServer } from './server-life.ts'
import { layOutTools, linkStandIns } from './stand-ins.ts'

/** A practice fleet that runs: real SSH servers on loopback, each with a root folder of its own. */
export interface Lab {
  readonly folder: string
  readonly manifest: string
  readonly servers: readonly {
    readonly name: string
    readonly group: string
    readonly port: number
    readonly story: string
  }[]
  readonly end: () => Promise<void>
}

export interface LabOptions {
  /** There, empty and nobody else's; stays when the lab ends. */
  readonly folder: string
  /** As in the environment: where this computer's own plain tools are. */
  readonly searchPath: string
  /** As Node names it: where the plain tools are not GNU's, perl stands in for some. */
  readonly platform: string
  readonly count?: number | undefined
  readonly faults?: ReadonlyMap<string, Fault>
}

const user = 'deploy'

/** Starts a lab in a folder, with its manifest, key and known_hosts. Throws a MaestroError where this computer lacks a tool. */
export async function startLab({ folder, searchPath, platform, count, faults = new Map() }: LabOptions): Promise<Lab> {
  layOutTools(folder, { searchPath, platform })
  const key = makeKeyPair()
  writeFileSync(`${folder}/key`, key.private, { mode: 0o600 })
  const lives = new Map<string, ServerLife>()
  const practice = practiceServers(count)
  const balancer = makeBalancer(
    practice
      .filter(({ group }) => group === 'docker')
      .map(({ name, address }) => ({ name, address, isUp: () => lives.get(name)?.isUp() ?? false })),
  )
  const started = await Promise.all(
    practice.map(async (server) => {
      const begun = await begin({ folder, server, allowed: wireForm(key), balancer, fault: faults.get(server.name) })
      lives.set(server.name, begun.life)
      return { ...server, ...begun, port: begun.life.port }
    }),
  )
  writeFileSync(`${folder}/known_hosts`, started.map(({ port, shown }) => `[127.0.0.1]:${port} ${shown}\n`).join(''))
  writeFileSync(`${folder}/Manifest.yml`, manifestText(started))
  return {
    folder,
    manifest: `${folder}/Manifest.yml`,
    servers: started.map(({ name, group, port, story }) => ({ name, group, port, story })),
    end: async () => {
      await Promise.all(started.map(({ life }) => life.end()))
      balancer.end()
    },
  }
}

type Beginning = {
  readonly folder: string
  readonly server: PracticeServer
  readonly allowed: Buffer
  readonly balancer: Balancer
  readonly fault: Fault | undefined
}

async function begin({ folder, server, allowed, balancer, fault }: Beginning) {
  const root = `${folder}/${server.name}`
  mkdirSync(root)
  linkStandIns(folder, root, missingOn(server))
  makeRoot(root, server)
  if (fault !== undefined) writeFileSync(`${root}/lab/fault`, `${fault}\n`)
  const hostKey = makeKeyPair()
  const life = await startServer({
    account: { root, user, tools: `${folder}/tools` },
    hostKey,
    allowed,
    onBoot: () => {
      if (server.group === 'load_balancer') balancer.listen(`${root}/run/haproxy/admin.sock`)
    },
  })
  // What known_hosts is to have for it.
  const shown = publicLine(fault === 'changed-host-key' ? makeKeyPair() : hostKey)
  return { life, shown }
}

const missingOn = ({ containers, isNightly }: PracticeServer): readonly string[] => [
  ...(containers === undefined ? ['docker'] : []),
  ...(isNightly ? [] : ['unattended-upgrade']),
]
