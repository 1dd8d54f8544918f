import { readFileSync } from 'node:fs'
import { busyboxImage } from './busybox-image.ts'
import { type FleetServer, fleetDirectory } from './fleet.ts'
import { fleetScript } from './fleet-script.ts'
import { asRoot, fetchLists, waitUntilRunning } from './inside.ts'

/** One more system in the fleet, for tests that leave it other than they found it. Its timers fire twelve hours from now. */
export async function addServer(name: string, role: FleetServer['role'] = 'plain'): Promise<FleetServer> {
  await fleetScript(['add', `${name}:${role}`], 10)
  const server = JSON.parse(readFileSync(`${fleetDirectory()}/run/servers/${name}/server.json`, 'utf8')) as FleetServer
  await waitUntilRunning(server)
  await asRoot(
    server,
    `for timer in apt-daily apt-daily-upgrade; do
      printf '[Timer]\\nOnCalendar=\\nOnCalendar=*-*-* %s\\nRandomizedDelaySec=0\\n' "$(date -d '12 hours' +%H:%M)" \\
        >/etc/systemd/system/$timer.timer.d/fleet.conf
    done
    systemctl daemon-reload`,
  )
  await fetchLists(server)
  if (role === 'docker' || role === 'docker-ce') await asRoot(server, busyboxImage)
  return server
}
