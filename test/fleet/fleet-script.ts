import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

/** Runs `machine/fleet.sh`; a fleet that it boots goes away with this process at the latest. */
export async function fleetScript(args: readonly string[], limitMinutes: number): Promise<void> {
  await execa(fileURLToPath(new URL('machine/fleet.sh', import.meta.url)), args, {
    env: { MAESTRO_FLEET_OWNER: String(process.pid) },
    stdin: 'ignore',
    timeout: limitMinutes * 60_000,
  })
}
