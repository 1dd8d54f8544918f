// Looks at the fleet from the outside ten times a second, without ssh and without asking the systems, and prints a line
// {at, up, inits} each time. `inits` names each system's init by process id and start time on this machine, null while
// it is off; `up` lists the systems whose init runs and has sshd running: a system that shuts down or boots is not up.
// Runs until its stdin closes, so it never outlives the test run.
//   node watcher.js SERVERS.JSON
import { readFileSync } from 'node:fs'

const servers = JSON.parse(readFileSync(process.argv[2], 'utf8'))

function look() {
  const seen = servers.map(({ name, cgroup }) => ({
    name,
    init: initOf(cgroup),
    serves: firstIn(cgroup, 'system.slice/ssh.service'),
  }))
  return {
    at: new Date().toISOString(),
    up: seen.filter(({ init, serves }) => init && serves).map(({ name }) => name),
    inits: Object.fromEntries(seen.map(({ name, init }) => [name, init])),
  }
}

function initOf(cgroup) {
  const pid = firstIn(cgroup, 'init.scope')
  const stat = pid && textOf(`/proc/${pid}/stat`)
  // The start time is field 22; the name in field 2 may hold spaces.
  return stat ? `${pid}@${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}` : null
}

const firstIn = (cgroup, unit) => textOf(`${cgroup}/power/payload/${unit}/cgroup.procs`)?.split('\n')[0]

function textOf(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    // Gone, or going while it is read: the system is off.
    if (['ENOENT', 'ENODEV', 'ESRCH'].includes(error.code)) return undefined
    throw error
  }
}

setInterval(() => process.stdout.write(`${JSON.stringify(look())}\n`), 100)
process.stdin.on('end', () => process.exit()).resume()
