import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Fleet, fleetDirectory, fleetsDirectory, readFleet } from './support/fleet.ts'
import { eventually } from './support/inside.ts'

const script = fileURLToPath(new URL('machine/fleet.sh', import.meta.url))
let folder: string

/** A second fleet beside the first, of one system, that shares its layers. */
const fleetScript = (args: readonly string[], owner = process.pid) =>
  execa(script, args, { env: { MAESTRO_FLEET_DIR: folder, MAESTRO_FLEET_OWNER: String(owner) }, stdin: 'ignore' })

const secondFleet = (): Fleet => JSON.parse(readFileSync(`${folder}/run/fleet.json`, 'utf8')) as Fleet

const namespaces = async (): Promise<string> => (await execa('ip', ['netns', 'list'])).stdout

beforeEach(() => {
  folder = mkdtempSync(`${fleetDirectory()}/run/second-`)
  symlinkSync(`${fleetsDirectory()}/cache`, `${folder}/cache`)
})

afterEach(async () => {
  await fleetScript(['down'])
  rmSync(folder, { recursive: true })
})

it('fleet.sh removes the fleet when the process that owns it is killed', async () => {
  const owner = spawn('sleep', ['300'])
  await fleetScript(['up', 'solo:plain'], owner.pid)
  const { cgroup, controller } = secondFleet()
  const wasThere = existsSync(cgroup) && (await namespaces()).includes(controller.namespace)

  owner.kill('SIGKILL')
  await once(owner, 'exit')

  expect(wasThere).toBe(true)
  expect(await eventually(() => !existsSync(cgroup), 20_000)).toBe(true)
  expect(await eventually(async () => !(await namespaces()).includes(controller.namespace), 5_000)).toBe(true)
  expect(existsSync(readFleet().cgroup)).toBe(true)
})

it('fleet.sh refuses a fleet while its owner lives', async () => {
  await fleetScript(['up', 'solo:plain'])

  const second = fleetScript(['up', 'solo:plain'])

  await expect(second).rejects.toThrow(/another test run is using .*MAESTRO_FLEET_DIR/)
})

it('fleet.sh removes what a run left that was killed with its keeper', async () => {
  await fleetScript(['up', 'solo:plain'])
  const { cgroup } = secondFleet()
  await execa('sh', ['-c', `kill -KILL $(cat ${cgroup}/keeper/cgroup.procs)`])

  await fleetScript(['up', 'solo:plain'])

  expect(secondFleet().cgroup).toBe(cgroup)
})

it('fleet.sh down can be repeated', async () => {
  await fleetScript(['up', 'solo:plain'])

  await fleetScript(['down'])

  await expect(fleetScript(['down'])).resolves.toMatchObject({ exitCode: 0 })
})
