import { busyboxImage } from './busybox-image.ts'
import { type FleetServer, readFleet } from './fleet.ts'
import { fleetScript } from './fleet-script.ts'
import { asRoot, waitUntilRunning } from './inside.ts'
import { requireMachine } from './requirements.ts'

const systems = ['web-1:docker', 'web-2:docker', 'app-1:plain', 'app-2:plain', 'db-1:plain', 'db-2:plain', 'lb-1:plain']

/**
 * Boots the fleet once for the whole test run, brings each system to where an administrator would hand it over, and
 * returns what puts it away. Should this process end before, the fleet's own keeper does that.
 */
export async function setup(): Promise<() => Promise<void>> {
  await requireMachine()
  await fleetScript(['up', ...systems], 15)
  const putAway = () => fleetScript(['down'], 2)
  try {
    await Promise.all(readFleet().servers.map(handOver))
  } catch (error) {
    await putAway()
    throw error
  }
  return putAway
}

async function handOver(server: FleetServer): Promise<void> {
  await waitUntilRunning(server)
  await asRoot(server, 'apt-get -qq update')
  if (server.role === 'docker') await asRoot(server, busyboxImage)
}
