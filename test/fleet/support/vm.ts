import { readFileSync } from 'node:fs'
import { type FleetServer, fleetDirectory } from './fleet.ts'
import { fleetScript } from './fleet-script.ts'
import { eventually } from './inside.ts'
import { requireVmTools } from './requirements.ts'
import { overSsh } from './ssh.ts'

// An emulated processor boots in half a minute on an idle machine.
const bootLimitMs = 420_000

/**
 * Adds a virtual machine to the fleet and returns when it is running. It runs Debian's last kernel but one; the package
 * of the last one waits in `/opt`. There is no way into it from the host: use `asRootInVm`, not `asRoot`.
 */
export async function startVm(name: string): Promise<FleetServer> {
  await requireVmTools()
  await fleetScript(['add', `${name}:vm`], 10)
  const server = JSON.parse(readFileSync(`${fleetDirectory()}/run/servers/${name}/server.json`, 'utf8')) as FleetServer
  await waitUntilVmRunning(server)
  return server
}

/** Runs POSIX sh text as root in a virtual machine, over ssh, and returns its stdout; throws when the text fails. */
export async function asRootInVm(server: FleetServer, script: string): Promise<string> {
  // In a function, so that nothing in there can read the rest of the text as its input.
  const input = `main() {\n${script}\n}\nmain </dev/null\n`
  const { exitCode, stdout, all } = await overSsh(server, 'sudo -n sh -eus', {
    input,
    connectTimeoutSeconds: 20,
  })
  if (exitCode !== 0) throw new Error(`${server.name}: ${exitCode}: ${all}`)
  return stdout
}

/** Reboots a virtual machine and returns when it is running again, under the newest kernel on its disk. */
export async function rebootVm(server: FleetServer): Promise<void> {
  const bootId = () => asRootInVm(server, 'cat /proc/sys/kernel/random/boot_id').catch(() => before)
  const before = await asRootInVm(server, 'cat /proc/sys/kernel/random/boot_id')
  await overSsh(server, 'sudo -n systemctl reboot')
  if (!(await eventually(async () => (await bootId()) !== before, bootLimitMs))) throw notRunningError(server)
  await waitUntilVmRunning(server)
}

async function waitUntilVmRunning(server: FleetServer): Promise<void> {
  // Waits for the end of the boot: each connection costs an emulated processor a second.
  const isRunning = async () => (await overSsh(server, 'systemctl is-system-running --wait')).stdout === 'running'
  if (!(await eventually(isRunning, bootLimitMs))) throw notRunningError(server)
}

function notRunningError(server: FleetServer): Error {
  const console = readFileSync(`${server.directory}/console.log`, 'utf8').split('\n').slice(-20).join('\n')
  return new Error(`${server.name} is not running after ${bootLimitMs / 1000} s:\n${console}`)
}
