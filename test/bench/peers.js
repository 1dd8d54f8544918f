// What people use today, beside maestro: the same light servers, the same number at a time, the same key exchange. The peers run one
// line on each server; maestro runs its look.
import { writeFileSync } from 'node:fs'
import { withLightFleet } from './light-fleet.js'
import { isInstalled, measure, measureMaestro } from './measure.js'
import { median } from './median.js'

const atOnce = 64
const rounds = 3
const line = 'cat /run/reboot-required'
const mustBeBeaten = ['clush', 'parallel-ssh']

const optionsOf = ({ folder, port }) => {
  const files = [
    `UserKnownHostsFile=${folder}/known_hosts`,
    'GlobalKnownHostsFile=/dev/null',
    `IdentityFile=${folder}/key`,
  ]
  const words = ['BatchMode=yes', 'KexAlgorithms=curve25519-sha256', 'IdentitiesOnly=yes', 'ControlMaster=no']
  return ['-F none', `-p ${port}`, ...[...files, ...words].map((word) => `-o ${word}`)].join(' ')
}

// Each as its manual has it for a command on many servers.
const peers = {
  clush: ({ names, options }) => ['clush', '-q', '-f', atOnce, '-l', 'deploy', '-o', options, '-w', names, '-b', line],
  'parallel-ssh': ({ options }) => [
    'parallel-ssh',
    '-p',
    atOnce,
    '-l',
    'deploy',
    '-h',
    'hosts',
    '-x',
    options,
    '-i',
    line,
  ],
  pdsh: ({ names }) => ['pdsh', '-R', 'ssh', '-f', atOnce, '-l', 'deploy', '-w', names, line],
  ansible: () => ['ansible', 'all', '-i', 'inventory', '-u', 'deploy', '-f', atOnce, '-m', 'raw', '-a', line],
}
const environmentOf = ({ options }) => ({
  PDSH_SSH_ARGS_APPEND: options,
  ANSIBLE_SSH_ARGS: options,
  ANSIBLE_SSH_USETTY: 'no',
})

/** A table for each number of servers; `isWithin` is false where maestro needs more than it may beside a peer. */
export async function benchPeers(counts = [100, 300]) {
  const tables = []
  for (const count of counts) tables.push(await withLightFleet({ count }, (fleet) => compare(fleet, count)))
  return tables
}

async function compare({ folder, port, addresses }, count) {
  const options = optionsOf({ folder, port })
  const names = addresses.join(',')
  writeFileSync(`${folder}/hosts`, `${addresses.join('\n')}\n`)
  writeFileSync(`${folder}/inventory`, `${addresses.join('\n')}\n`)
  const there = Object.keys(peers).filter(isInstalled)
  const works = {
    'maestro reboot-status': () => measureMaestro(['reboot-status'], { folder }),
    'maestro status': () => measureMaestro(['status'], { folder }),
    ...Object.fromEntries(
      there.map((tool) => [
        tool,
        () => measure(peers[tool]({ names, options }).map(String), { folder, env: environmentOf({ options }) }),
      ]),
    ),
  }
  const figures = await inTurns(works)
  const ours = figures['maestro reboot-status']
  const rows = Object.entries(figures).map(([what, { cpuMs, wallMs }]) => ({
    what,
    cpuMs: cpuMs / count,
    wallMs,
    cpuRatio: ours.cpuMs / cpuMs,
    wallRatio: ours.wallMs / wallMs,
  }))
  const isWithin = rows
    .filter(({ what }) => mustBeBeaten.includes(what))
    .every(({ cpuRatio, wallRatio }) => cpuRatio <= 0.5 && wallRatio <= 1)
  return { count, rows, missing: Object.keys(peers).filter((tool) => !there.includes(tool)), isWithin }
}

async function inTurns(works) {
  const runs = Object.fromEntries(Object.keys(works).map((name) => [name, []]))
  for (let round = 0; round < rounds; round += 1)
    for (const [name, work] of Object.entries(works)) runs[name].push(await work())
  return Object.fromEntries(
    Object.entries(runs).map(([name, all]) => [
      name,
      { cpuMs: median(all.map(({ cpuMs }) => cpuMs)), wallMs: median(all.map(({ wallMs }) => wallMs)) },
    ]),
  )
}
