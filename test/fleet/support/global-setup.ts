import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import type { TestProject } from 'vitest/node'
import { busyboxImage } from './busybox-image.ts'
import { type FleetServer, fleetDirectory, fleetsDirectory, readFleet } from './fleet.ts'
import { fleetScript } from './fleet-script.ts'
import { asRoot, fetchLists, waitUntilRunning } from './inside.ts'
import { requireMachine } from './requirements.ts'

const systems = ['web-1:docker', 'web-2:docker', 'app-1:plain', 'app-2:plain', 'db-1:plain', 'db-2:plain', 'lb-1:plain']

/**
 * Boots a fleet for each of vitest's workers once for the whole test run, brings each system to where an administrator
 * would hand it over, and returns what puts them away. Should this process end before, each fleet's own keeper does that.
 */
export async function setup({ config: { maxWorkers } }: TestProject): Promise<() => Promise<void>> {
  await requireMachine()
  const fleets = Array.from({ length: maxWorkers }, (_, index) => fleetDirectory(String(index + 1)))
  const putAway = async () => void (await Promise.all(fleets.map((fleet) => fleetScript(['down'], 2, fleet))))
  try {
    for (const fleet of fleets) {
      shareCache(fleet)
      await fleetScript(['up', ...systems], 15, fleet)
    }
    await Promise.all(fleets.flatMap((fleet) => readFleet(fleet).servers.map(handOver)))
  } catch (error) {
    await putAway()
    throw error
  }
  return putAway
}

function shareCache(fleet: string): void {
  mkdirSync(`${fleetsDirectory()}/cache`, { recursive: true })
  mkdirSync(fleet, { recursive: true })
  if (!existsSync(`${fleet}/cache`)) symlinkSync('../cache', `${fleet}/cache`)
}

async function handOver(server: FleetServer): Promise<void> {
  await waitUntilRunning(server)
  await fetchLists(server)
  if (server.role === 'docker') await asRoot(server, busyboxImage)
}
