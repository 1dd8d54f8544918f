import { appendFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { diskFull, loginNoise, sshdStopped, sudoPassword, type Undo } from './support/faults.ts'
import { readFleet, runMaestro, serverNamed } from './support/fleet.ts'
import { asRoot } from './support/inside.ts'
import { type FleetManifest, writeManifest } from './support/manifest.ts'

interface Check {
  readonly area: string
  readonly status: string
  readonly text: string
  readonly stops?: readonly string[]
  readonly fix?: string
}

interface Event {
  readonly event: string
  readonly server?: string
  readonly findings: readonly Check[]
  readonly [more: string]: unknown
}

const balancer = serverNamed('lb-1')
const undos: Undo[] = []
let manifest: FleetManifest

beforeAll(() => {
  manifest = writeManifest(readFleet().servers.filter(({ name }) => name !== 'lb-1'))
  const { name, address, port } = balancer
  appendFileSync(
    manifest.path,
    `load_balancer:\n  servers:\n  - server: {unique_name: ${name}, address: ${address}, port: ${port}}\n`,
  )
})
afterAll(async () => {
  for (const undo of undos.toReversed()) await undo()
  manifest.remove()
})

async function examine(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const run = await runMaestro(['doctor', '--output', 'json', '-m', manifest.path, ...args], { env })
  const events = run.stdout
    .trimEnd()
    .split('\n')
    .map((line): Event => JSON.parse(line))
  const find = (name: string) => events.find(({ server }) => server === name)
  const problemsOf = (name: string) => find(name)?.findings.filter(({ status }) => status !== 'ok') ?? []
  return { ...run, find, problemsOf }
}

/** A state that root's shell makes on a server, and takes back after the tests. */
async function state(name: string, make: string, undo: string): Promise<void> {
  undos.push(async () => void (await asRoot(serverNamed(name), undo)))
  await asRoot(serverNamed(name), make)
}

// What a login itself writes: PAM's message of the day and logind's sessions, sudo's record, logs.
const notOurs = 'run/(systemd|user|log|sudo|utmp|motd\\.dynamic|credentials)|var/(log|lib/systemd)|proc|sys|dev'

/** Every file and folder of a server with its size, owner, mode, change and content times. */
const everything = (name: string): Promise<string> =>
  asRoot(
    serverNamed(name),
    `cd /; find etc home opt root run srv tmp usr var -regextype posix-extended -regex '(${notOurs})' -prune \
      -o '(' -type f -o -type d ')' -printf '%p %s %U:%G %m %C@ %T@\\n' | grep -vE '^run [0-9]' | sort`,
  )

describe('doctor on a healthy server', () => {
  it('has no errors, reports each phase of the connection, and no file is changed', async () => {
    const names = ['web-1', 'app-2']
    const before = await Promise.all(names.map(everything))

    const { find, problemsOf, exitCode } = await examine(['--server', names.join()])

    expect(exitCode).toBe(0)
    expect(names.flatMap(problemsOf).filter(({ status }) => status !== 'warning')).toEqual([])
    expect(find('web-1')).toMatchObject({
      status: 'diagnosed',
      user: 'deploy',
      root: { status: 'sudo' },
      hostKey: expect.stringMatching(/^ssh-ed25519 SHA256:/),
      phases: ['config', 'turn', 'connect', 'banner', 'kex', 'auth'].map((phase) => expect.objectContaining({ phase })),
    })
    expect(before[0]?.split('\n').length).toBeGreaterThan(5_000)
    expect(await Promise.all(names.map(everything))).toEqual(before)
  })
})

const holdLock = `import fcntl, time
file = open("/var/lib/dpkg/lock-frontend", "w"); fcntl.lockf(file, fcntl.LOCK_EX)
open("/run/fl-locked", "w")
time.sleep(600)`

describe('doctor on faulty servers', () => {
  let password: string
  let found: Awaited<ReturnType<typeof examine>>
  beforeAll(async () => {
    const closed = await sudoPassword(serverNamed('app-1'))
    undos.push(closed.undo)
    password = closed.password
    undos.push(await loginNoise(serverNamed('app-2'), 'echo "Welcome to app-2"; printf "\\033[2J"'))
    await state(
      'web-2',
      `rm -f /var/lib/dpkg/lock-frontend; systemd-run -q --collect --unit=fl-lock python3 -c '${holdLock}'
       timeout 10 sh -c 'until [ -e /run/fl-locked ]; do sleep 0.1; done'; systemctl stop docker.service docker.socket`,
      'systemctl stop fl-lock || :; rm -f /run/fl-locked; systemctl start docker.socket docker.service',
    )
    await state(
      'lb-1',
      `mkdir -p /etc/haproxy /run/haproxy
       echo '  stats socket /run/haproxy/admin.sock mode 660 level admin' >/etc/haproxy/haproxy.cfg
       python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("/run/haproxy/admin.sock")'`,
      'rm -rf /etc/haproxy /run/haproxy',
    )
    undos.push(await sshdStopped(serverNamed('db-1')))
    undos.push(await diskFull(serverNamed('db-2')))
    found = await examine([])
  })

  it('reports that sudo wants a password, the commands that this stops, and the fix', () => {
    expect(found.problemsOf('app-1').filter(({ status }) => status !== 'warning')).toEqual([
      {
        area: 'sudo',
        status: 'error',
        text: 'sudo wants a password: sudo: a password is required',
        stops: ['every command that changes servers'],
        fix: expect.stringContaining('`deploy ALL=(ALL) NOPASSWD: ALL` in /etc/sudoers.d/maestro'),
      },
    ])
  })

  it('accepts the sudo password, and does not print it', async () => {
    const file = manifest.path.replace('Manifest.yml', 'password')
    appendFileSync(file, `${password}\n`, { mode: 0o600 })

    const run = await examine(['--server', 'app-1'], { MAESTRO_SUDO_PASSWORD_FILE: file })

    expect(run.find('app-1')).toMatchObject({ root: { status: 'sudo-with-password' } })
    expect(run.problemsOf('app-1').filter(({ status }) => status === 'error')).toEqual([])
    expect(run.stdout + run.stderr).not.toContain(password)
  })

  it('reports a wrong sudo password after one try', async () => {
    const file = manifest.path.replace('Manifest.yml', 'wrong')
    appendFileSync(file, 'wrong\n', { mode: 0o600 })

    const run = await examine(['--server', 'app-1'], { MAESTRO_SUDO_PASSWORD_FILE: file })

    expect(run.find('app-1')).toMatchObject({ root: { status: 'refused', error: { kind: 'sudo-password-wrong' } } })
  })

  it('reports a login shell that prints', () => {
    expect(found.problemsOf('app-2')).toContainEqual(
      expect.objectContaining({ area: 'shell', status: 'warning', text: expect.stringContaining('Welcome to app-2') }),
    )
  })

  it('reports who holds the apt lock, and that Docker does not answer', () => {
    const texts = found.problemsOf('web-2').map(({ text }) => text)

    expect(texts).toContainEqual(expect.stringMatching(/^apt's frontend lock is held by \S*python3 .*… \(pid \d+\)/))
    expect(texts).toContainEqual(expect.stringContaining('Docker does not answer'))
  })

  it('reports a full disk, and runs the other checks', () => {
    expect(found.problemsOf('db-2')).toContainEqual(
      expect.objectContaining({ area: 'disk', status: 'error', text: '/ has 0 MB free' }),
    )
    expect(found.find('db-2')).toMatchObject({ status: 'diagnosed', root: { status: 'sudo' } })
  })

  it('reports a stopped sshd with the phase that failed', () => {
    expect(found.find('db-1')).toMatchObject({ status: 'unreachable', error: { kind: 'refused' } })
    expect(found.problemsOf('db-1')).toEqual([
      expect.objectContaining({ area: 'connection', status: 'error', stops: ['every command'] }),
    ])
    expect(found.exitCode).toBe(3)
  })

  it('reports the owner of the HAProxy socket and a missing socat on a load balancer', () => {
    const checks = found.find('lb-1')?.findings.filter(({ area }) => area === 'load balancer')

    expect(checks).toEqual([
      { area: 'load balancer', status: 'ok', text: expect.stringMatching(/admin\.sock \(root:root \d+\)$/) },
      expect.objectContaining({ status: 'warning', fix: 'apt-get install socat' }),
    ])
  })
})
