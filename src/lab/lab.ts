import { mkdirSync, writeFileSync } from 'node:fs'
import { type FakeHaproxy, makeFakeHaproxy } from './fake-haproxy.ts'
import type { Fault } from './faults.ts'
import { type LabServerDefinition, labFleet } from './fleet-definition.ts'
import { makeKeyPair, publicLine, wireForm } from './key-pair.ts'
import { type LabServer, startServer } from './lab-server.ts'
import { makeRootfs } from './rootfs.ts'
import { type Lab, scaffoldLab, user } from './scaffold.ts'
import { layOutTools, linkStandIns } from './stand-ins.ts'

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

/** Starts a lab in a folder: each server with a root folder of its own. Throws a MaestroError where this computer lacks a tool. */
export async function startLab({ folder, searchPath, platform, count, faults = new Map() }: LabOptions): Promise<Lab> {
  layOutTools(folder, { searchPath, platform })
  const key = makeKeyPair()
  const lives = new Map<string, LabServer>()
  const practice = labFleet(count)
  const balancer = makeFakeHaproxy(
    practice
      .filter(({ group }) => group === 'docker')
      .map(({ name, address }) => ({ name, address, isUp: () => lives.get(name)?.isUp() ?? false })),
  )
  const started = await Promise.all(
    practice.map(async (server) => {
      const begun = await begin({ folder, server, allowed: wireForm(key), balancer, fault: faults.get(server.name) })
      lives.set(server.name, begun.life)
      return { ...server, port: begun.life.port, shown: begun.shown, end: begun.life.end }
    }),
  )
  const lab = scaffoldLab({ folder, key, started })
  return { ...lab, end: () => lab.end().finally(balancer.end) }
}

type Beginning = {
  readonly folder: string
  readonly server: LabServerDefinition
  readonly allowed: Buffer
  readonly balancer: FakeHaproxy
  readonly fault: Fault | undefined
}

async function begin({ folder, server, allowed, balancer, fault }: Beginning) {
  const root = `${folder}/${server.name}`
  mkdirSync(root)
  linkStandIns(folder, root, server)
  makeRootfs(root, server)
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
