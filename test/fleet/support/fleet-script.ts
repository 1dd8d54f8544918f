import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { fleetDirectory } from './fleet.ts'

/** Runs `machine/fleet.sh` for the fleet in that folder; a fleet that it boots goes away with this process at the latest. */
export async function fleetScript(
  args: readonly string[],
  limitMinutes: number,
  directory = fleetDirectory(),
): Promise<void> {
  await execa(fileURLToPath(new URL('../machine/fleet.sh', import.meta.url)), args, {
    env: { MAESTRO_FLEET_DIR: directory, MAESTRO_FLEET_OWNER: String(process.pid) },
    stdin: 'ignore',
    timeout: limitMinutes * 60_000,
  })
}
