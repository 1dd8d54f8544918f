import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { bootServer } from './boot.ts'
import type { LabServerDefinition } from './fleet-definition.ts'

export const kernelBefore = '6.8.0-41-generic'

/** Makes the root folder of a server: what the remote scripts read there, and the tables that the stand-ins keep. */
export function makeRootfs(root: string, server: LabServerDefinition): void {
  const files = { ...systemFiles(server), ...labFiles(server), ...balancerFiles(server) }
  for (const [path, text] of Object.entries(files)) writeInto(`${root}/${path}`, text)
  for (const folder of folders) mkdirSync(`${root}/${folder}`, { recursive: true })
  symlinkSync('../run', `${root}/var/run`)
  chmodSync(`${root}/${notifier}`, 0o755)
  for (const unit of unitsOf(server)) writeInto(`${root}/lab/enabled/${unit}`, '')
  bootServer(root)
  if (server.wantsRestart !== undefined) askForRestart(root, server.wantsRestart)
}

const notifier = 'usr/share/update-notifier/notify-reboot-required'
const folders = [
  'etc/apt/apt.conf.d',
  'proc',
  'run',
  'var/log',
  'var/lib/maestro',
  'var/cache/apt/archives',
  'var/lib/dpkg/updates',
  'var/lib/systemd/timers',
]
const list = 'var/lib/apt/lists/archive.example_ubuntu_dists_noble-security_main_binary-amd64_Packages'

const systemFiles = ({ name, packages }: LabServerDefinition) => ({
  'etc/hostname': `${name}\n`,
  'etc/machine-id': `${randomBytes(16).toString('hex')}\n`,
  'etc/os-release':
    'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nNAME="Ubuntu"\nVERSION_ID="24.04"\nVERSION_CODENAME=noble\nID=ubuntu\nID_LIKE=debian\n',
  'proc/mounts': '/dev/vda1 / ext4 rw,relatime 0 0\n',
  'proc/locks': '',
  'proc/version_signature': 'Ubuntu 6.8.0-41.41-generic 6.8.12\n',
  'var/lib/dpkg/lock-frontend': '',
  [`boot/vmlinuz-${kernelBefore}`]: 'a kernel\n',
  [notifier]: '#!/bin/sh\n',
  [list]: `${packages.length} packages\n`,
})

function labFiles(server: LabServerDefinition): Readonly<Record<string, string>> {
  const { address, packages, archive, services, containers = [] } = server
  const own: LabServerDefinition['packages'] = [
    ['linux-image-6.8.0-41-generic', '6.8.0-41.41'],
    ['linux-image-generic', '6.8.0-41.41'],
    ...(server.isNightly ? ([['unattended-upgrades', '2.9.1+nmu4ubuntu1']] as const) : []),
  ]
  const dpkg = [...packages, ...own].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const available: LabServerDefinition['archive'] = [['unattended-upgrades', '2.9.1+nmu4ubuntu1', 'noble'], ...archive]
  return {
    'lab/address': `${address}\n`,
    'lab/dpkg': table(dpkg.map(([name, version, state = 'ii']) => [name, version, state])),
    'lab/archive': table(available.map(([name, version, pocket, brings = '']) => [name, version, pocket, brings])),
    'lab/services': services.map((service) => `${service}\n`).join(''),
    'lab/stale': '',
    'lab/fault': '',
    'lab/kernel': `${kernelBefore}\n`,
    'lab/containers': containers.map(containerLine).join(''),
    'lab/enabled/README': 'Units that begin with the system.\n',
    ...(server.isNightly ? nightly : {}),
  }
}

const table = (rows: readonly (readonly string[])[]) => rows.map((row) => `${row.join('|')}\n`).join('')

const containerLine = (name: string) => {
  const told = [`/${name}`, `shop/${name}:2.4`, 'running', null, 'always', '2026-01-05T07:30:12.5Z']
  return `${randomBytes(32).toString('hex')} ${JSON.stringify(told)}\n`
}

const origins = ['', '-security'].map((pocket) => `  "\${distro_id}:\${distro_codename}${pocket}";\n`).join('')
const packageOwn = `Unattended-Upgrade::Allowed-Origins {\n${origins}};\n`
const nightly = {
  'etc/apt/apt.conf.d/20auto-upgrades':
    'APT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "1";\n',
  'etc/apt/apt.conf.d/50unattended-upgrades': packageOwn,
  'usr/share/unattended-upgrades/50unattended-upgrades': packageOwn,
}

const balancerFiles = ({ group }: LabServerDefinition): Readonly<Record<string, string>> =>
  group === 'load_balancer'
    ? { 'etc/haproxy/haproxy.cfg': 'global\n  stats socket /run/haproxy/admin.sock mode 660 level admin\n' }
    : {}

function unitsOf({ services, containers }: LabServerDefinition): readonly string[] {
  const docker = containers === undefined ? [] : ['docker.service', 'docker.socket']
  return ['apt-daily.timer', 'apt-daily-upgrade.timer', ...docker, ...services]
}

const day = 86_400

// As an upgrade three nights ago left it.
function askForRestart(root: string, packages: readonly string[]): void {
  const since = Math.floor(Date.now() / 1000) - 3 * day
  writeInto(`${root}/run/reboot-required`, '*** System restart required ***\n')
  writeInto(`${root}/run/reboot-required.pkgs`, packages.map((name) => `${name}\n`).join(''))
  utimesSync(`${root}/run/reboot-required`, since, since)
}

function writeInto(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
