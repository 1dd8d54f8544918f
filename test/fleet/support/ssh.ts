import { execa } from 'execa'
import { type FleetServer, readFleet } from './fleet.ts'

/**
 * Runs a command line on a server by the system's own ssh, from the controller's network, with strict host key checking:
 * what any administrator would see. `all` holds everything printed; never throws on an exit code, 255 is ssh's own.
 */
export const overSsh = (server: FleetServer, command: string, { input = '', connectTimeoutSeconds = 2 } = {}) => {
  const options = [...optionsFor(server), '-o', `ConnectTimeout=${connectTimeoutSeconds}`]
  const ssh = ['netns', 'exec', readFleet().controller.namespace, 'ssh', ...options, server.address, command]
  return execa('ip', ssh, { input, all: true, reject: false, timeout: 120_000 })
}

const optionsFor = (server: FleetServer): readonly string[] => [
  ...['-F', 'none', '-i', server.keyPath, '-l', server.user, '-p', String(server.port)],
  ...['-o', `UserKnownHostsFile=${server.knownHostsPath}`, '-o', 'StrictHostKeyChecking=yes'],
  ...['-o', 'BatchMode=yes', '-o', 'ServerAliveInterval=5'],
]
