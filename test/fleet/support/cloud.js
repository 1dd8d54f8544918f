// The fleet as a cloud, for maestro.provider: creates, reinstalls, destroys and lists systems of the fleet that is up.
//   node cloud.js FOLDER create|reinstall|destroy|list   with JSON on stdin; FOLDER/log has what it has really done
import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const [, , folder, verb] = process.argv
const fleet = (...args) =>
  execFileSync(fileURLToPath(new URL('../machine/fleet.sh', import.meta.url)), args, {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
const serverFile = (id, name) => `${process.env.MAESTRO_FLEET_DIR}/run/servers/${id}/${name}`

mkdirSync(`${folder}/machines`, { recursive: true })
mkdirSync(`${folder}/keys`, { recursive: true })

const machines = () =>
  readdirSync(`${folder}/machines`).map((file) => JSON.parse(readFileSync(`${folder}/machines/${file}`, 'utf8')))
const save = (machine) => writeFileSync(`${folder}/machines/${machine.id}`, JSON.stringify(machine))
const log = (words) => appendFileSync(`${folder}/log`, `${words}\n`)

// Whoever makes the folder carries the request out.
function isFirst(key) {
  try {
    mkdirSync(`${folder}/keys/${encodeURIComponent(key)}`)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

// Elsewhere in the fleet the nights wait for 2099; those of a cloud's image are as Debian's packages have them.
const nights = `for timer in apt-daily apt-daily-upgrade; do
  printf '[Timer]\\nOnCalendar=\\nOnCalendar=*-*-* %s\\nRandomizedDelaySec=0\\n' "$(date -d '12 hours' +%H:%M)" \\
    >/etc/systemd/system/$timer.timer.d/fleet.conf
done
systemctl daemon-reload; systemctl restart apt-daily.timer apt-daily-upgrade.timer`

function setUp(id) {
  const { cgroup } = JSON.parse(readFileSync(`${process.env.MAESTRO_FLEET_DIR}/run/fleet.json`, 'utf8'))
  const members = `${cgroup}/${id}/power/payload/init.scope/cgroup.procs`
  for (let left = 300; ; left -= 1) {
    try {
      const [init] = readFileSync(members, 'utf8').split('\n')
      return execFileSync('nsenter', ['--no-fork', '--all', '-t', init, 'sh', '-euc', nights], { stdio: 'ignore' })
    } catch (error) {
      if (left === 0) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
    }
  }
}

function boot({ id, environment, name, key }) {
  fleet('add', `${id}:${process.env.CLOUD_ROLE}`)
  setUp(id)
  const { address } = JSON.parse(readFileSync(serverFile(id, 'server.json'), 'utf8'))
  // It knows the host key of every second one.
  const isTold = Number(id.split('-').at(-1)) % 2 === 0
  const host_keys = !isTold
    ? undefined
    : [readFileSync(serverFile(id, 'host_key.pub'), 'utf8').trim().split(' ', 2).join(' ')]
  save({ id, environment, name, key, address, host_keys })
}

const verbs = {
  list: () => process.stdout.write(JSON.stringify({ servers: machines() })),
  create: ({ key, server: { environment, name } }) => {
    if (!isFirst(key)) return
    log(`create ${environment}/${name}`)
    const number = readdirSync(`${folder}/keys`).length
    const machine = { id: `${environment || 'own'}-${number}`, environment, name, key }
    save(machine)
    boot(machine)
  },
  reinstall: ({ key, server: { environment, name, id } }) => {
    if (!isFirst(key)) return
    log(`reinstall ${environment}/${name}`)
    const { address } = machines().find((machine) => machine.id === id)
    save({ id, environment, name, key })
    fleet('reinstall', `${id}:${process.env.CLOUD_ROLE}`)
    setUp(id)
    save({ id, environment, name, key, address })
  },
  destroy: ({ server: { environment, name, id } }) => {
    if (!existsSync(`${folder}/machines/${id}`)) return
    log(`destroy ${environment}/${name}`)
    fleet('remove', id)
    rmSync(`${folder}/machines/${id}`)
  },
}

verbs[verb](verb === 'list' ? undefined : JSON.parse(readFileSync(0, 'utf8')))
