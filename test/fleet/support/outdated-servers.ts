import { beforeAll, beforeEach, expect, onTestFinished } from 'vitest'
import { addServer } from './added-server.ts'
import { addArchive, versionsOf } from './apt-archive.ts'
import { type Controller, makeController } from './controller.ts'
import type { FleetServer } from './fleet.ts'
import { asRoot } from './inside.ts'

const ours = ['fl-asks', 'fl-file', 'fl-reads']
const due = [...ours, 'fl-both', 'fl-daemon', 'fl-sec']
export const upgradeCommand = [
  'security-upgrade',
  ...['fl-fail', 'fl-kernel', 'fl-slow'].flatMap((name) => ['--hold', name]),
]
export const pocket = (Suite: string) => ({ Origin: 'Ubuntu', Label: 'Ubuntu', Suite, Codename: 'noble' })

// One reads what is meant for others, one asks by debconf, one brings a file that the administrator has changed.
const packages = `
  script() { mkdir -p /tmp/deb/DEBIAN; printf '%s\\n' '#!/bin/sh' "$2" >/tmp/deb/DEBIAN/$1; chmod 755 /tmp/deb/DEBIAN/$1; }
  clean() { rm -rf /tmp/deb; }
  for version in 1.0 1.1; do
    clean; script postinst 'if read -r line; then echo "it was answered: $line"; exit 1; fi'; deb fl-reads $version
    clean; mkdir -p /tmp/deb/DEBIAN
    printf '%s\\n' 'Template: fl-asks/it' 'Type: string' 'Default: none' 'Description: What?' >/tmp/deb/DEBIAN/templates
    script config '. /usr/share/debconf/confmodule; db_fset fl-asks/it seen false; db_input critical fl-asks/it || true; db_go'
    script postinst '. /usr/share/debconf/confmodule; db_get fl-asks/it'; deb fl-asks $version
    clean; mkdir -p /tmp/deb/etc /tmp/deb/DEBIAN; echo "$version" >/tmp/deb/etc/fl-file.conf; echo /etc/fl-file.conf >/tmp/deb/DEBIAN/conffiles
    deb fl-file $version
  done
  clean
  DEBIAN_FRONTEND=noninteractive dpkg -i ./*_1.0.deb >/dev/null </dev/null
  mkdir -p /srv/old; mv ./*_1.0.deb /srv/old; echo ours >/etc/fl-file.conf`

const vulnerable = `
  DEBIAN_FRONTEND=noninteractive apt-get -qq -y --allow-downgrades install fl-both=1.0 fl-daemon=1.0 fl-sec=1.0 >/dev/null 2>&1
  DEBIAN_FRONTEND=noninteractive dpkg -i --force-confold --force-downgrade /srv/old/*.deb >/dev/null 2>&1 </dev/null
  rm -f /etc/fl-file.conf.dpkg-*`

/** Two servers of these names for the tests of a file; before each all that is due is due again. */
export function useOutdatedServers(...names: readonly [string, string]) {
  let servers: readonly FleetServer[] = []
  beforeAll(async () => {
    servers = await Promise.all(names.map((name) => addServer(name)))
    await Promise.all(
      servers.map((server) => addArchive(server, { name: 'soak', release: pocket('noble-security'), packages })),
    )
  }, 600_000)
  beforeEach(async () => void (await Promise.all(servers.map((server) => asRoot(server, vulnerable)))))
  return { one: () => servers[0] as FleetServer, other: () => servers[1] as FleetServer, two: () => servers }
}

export function useController(some: readonly FleetServer[], settings?: string): Controller {
  const controller = makeController(some, settings === undefined ? {} : { settings })
  onTestFinished(controller.remove)
  return controller
}

/** Nothing half done, no lock, timers as they were, and the versions named. */
export async function expectConsistent(server: FleetServer, version: '1.0' | '1.1'): Promise<void> {
  const state = await asRoot(
    server,
    `dpkg --audit; ls -d /var/lib/maestro/lock 2>/dev/null || true; systemctl is-active apt-daily.timer apt-daily-upgrade.timer`,
  )
  expect(state).toBe('active\nactive')
  expect(await versionsOf(server, due)).toEqual(Object.fromEntries(due.map((name) => [name, version])))
}
