import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import type { Controller } from './controller.ts'
import { type FleetServer, readFleet } from './fleet.ts'

/** What one command cost the computer that it ran on. */
export interface Cost {
  readonly wallMs: number
  /** Of all its processes, those included that it left behind, as the kernel counts them. */
  readonly cpuMs: number
  readonly startedMs: number
}

const bundle = fileURLToPath(new URL('../../../bin/run.js', import.meta.url))
const playbooks = fileURLToPath(new URL('../ansible', import.meta.url))

/** Runs maestro where the servers are in reach, with the journals of that controller; throws when it ends otherwise than by 0. */
export const costOfMaestro = ({ manifest, folder }: Controller, ...args: readonly string[]): Promise<Cost> =>
  costOf([process.execPath, bundle, ...args, '--manifest', manifest], { XDG_STATE_HOME: folder })

/** The same with a playbook of `ansible/`. */
export async function costOfAnsible(servers: readonly FleetServer[], playbook: string): Promise<Cost> {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-ansible-'))
  writeFileSync(join(folder, 'inventory'), servers.map(inInventory).join('\n'))
  try {
    const words = ['ansible-playbook', '-i', join(folder, 'inventory'), join(playbooks, playbook)]
    return await costOf(words, { ANSIBLE_CONFIG: join(playbooks, 'ansible.cfg'), ANSIBLE_HOME: folder })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const inInventory = ({ name, address, port, user, keyPath, knownHostsPath }: FleetServer) =>
  `${name} ansible_host=${address} ansible_port=${port} ansible_user=${user} ansible_ssh_private_key_file=${keyPath} ansible_ssh_common_args='-o UserKnownHostsFile=${knownHostsPath}'`

async function costOf(command: readonly string[], env: Readonly<Record<string, string>>): Promise<Cost> {
  const { cgroup, controller } = readFleet()
  const own = `${cgroup}/bench`
  mkdirSync(own)
  const inGroup = ['-c', `echo $$ >${own}/cgroup.procs; exec ip netns exec ${controller.namespace} "$@"`, 'sh']
  const startedMs = Date.now()
  try {
    await execa('sh', [...inGroup, ...command], {
      env: { PATH: process.env.PATH, HOME: controller.home, LANG: 'C.UTF-8', ...env },
      extendEnv: false,
      stdin: 'ignore',
    })
    const wallMs = Date.now() - startedMs
    const usedMicroseconds = /^usage_usec (\d+)$/m.exec(readFileSync(`${own}/cpu.stat`, 'utf8'))?.[1]
    return { wallMs, cpuMs: Number(usedMicroseconds) / 1000, startedMs }
  } finally {
    await remove(own)
  }
}

async function remove(group: string): Promise<void> {
  writeFileSync(`${group}/cgroup.kill`, '1')
  while (!readFileSync(`${group}/cgroup.events`, 'utf8').includes('populated 0')) await sleep(20)
  rmdirSync(group)
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

export const inSeconds = (timeMs: number): string => `${(timeMs / 1000).toFixed(1)} s`

const report = fileURLToPath(new URL('../../../docs/benchmarks-fleet.md', import.meta.url))

/** Prints a table, and keeps it in its section of `docs/benchmarks-fleet.md`. */
export async function writeTable(title: string, about: string, rows: readonly (readonly string[])[]): Promise<void> {
  const [head = [], ...body] = rows.map((row) => `| ${row.join(' | ')} |`)
  const table = [head, `|${' --- |'.repeat(rows[0]?.length ?? 0)}`, ...body].join('\n')
  const { stdout } = await execa('ansible', ['--version'])
  const where = `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores, Node ${process.version}, ${stdout.split('\n')[0]}`
  const section = `## ${title}\n\n${about}\n\n${table}\n\n${where}\n`
  process.stdout.write(`\n${section}`)
  writeFileSync(report, withSection(readFileSync(report, 'utf8'), title, section))
}

function withSection(text: string, title: string, section: string): string {
  const [intro = '', ...sections] = text.split(/^(?=## )/m)
  const others = sections.filter((each) => !each.startsWith(`## ${title}\n`)).map((each) => each.trimEnd())
  return [intro.trimEnd(), ...[...others, section.trimEnd()].toSorted()].join('\n\n').concat('\n')
}
