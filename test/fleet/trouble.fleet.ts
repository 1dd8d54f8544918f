import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changedHostKey, diskFull, freeze, reject, sshdHangs, sudoPassword, type Undo } from './faults.ts'
import { type FleetServer, type MaestroRun, readFleet, runMaestro, serverNamed } from './fleet.ts'
import { asRoot } from './inside.ts'
import { type FleetManifest, writeManifest } from './manifest.ts'

const { servers } = readFleet()

let manifest: FleetManifest
beforeAll(() => {
  manifest = writeManifest(servers)
})
afterAll(() => manifest.remove())

const maestro = (...args: string[]): Promise<MaestroRun> => runMaestro([...args, '-m', manifest.path])

/** The lines of a plain table that begin with a state and this server. */
const linesOf = ({ stdout }: MaestroRun, { name }: FleetServer) =>
  stdout.split('\n').filter((line) => new RegExp(`^(not due|\\w+) +${name} `).test(line))

async function seenUnder(undoes: readonly Promise<Undo>[]): Promise<MaestroRun> {
  const undo = await Promise.all(undoes)
  try {
    return await maestro('reboot-status')
  } finally {
    await Promise.all(undo.map((each) => each()))
  }
}

describe('servers that cannot be reached', () => {
  const [frozen, hanging, refusing, replaced] = [
    serverNamed('app-1'),
    serverNamed('app-2'),
    serverNamed('db-1'),
    serverNamed('db-2'),
  ]
  let run: MaestroRun
  beforeAll(async () => {
    run = await seenUnder([freeze(frozen), sshdHangs(hanging), reject(refusing), changedHostKey(replaced)])
  })

  it.each([
    ['a frozen one', frozen, 'accepted the connection but said nothing within'],
    ['one whose sshd hangs', hanging, 'accepted the connection but said nothing within'],
    ['one that refuses', refusing, `${refusing.address}:22 refuses connections`],
    ['one with another host key', replaced, 'is not the one in known_hosts'],
  ])('have one clear line: %s', (_, server, words) => {
    expect(linesOf(run, server)).toEqual([expect.stringContaining(words)])
  })

  it('keep nobody else from being seen, and are exit 3', () => {
    for (const name of ['web-1', 'web-2', 'lb-1'])
      expect(linesOf(run, serverNamed(name))).toEqual([expect.stringMatching(/^(not )?due /)])
    expect(run.exitCode).toBe(3)
  })
})

describe('servers that are odd', () => {
  const [full, rude, closed, anonymous, guarded] = ['app-1', 'app-2', 'db-1', 'db-2', 'lb-1'].map(serverNamed) as [
    FleetServer,
    FleetServer,
    FleetServer,
    FleetServer,
    FleetServer,
  ]
  let reboots: MaestroRun
  let status: MaestroRun
  beforeAll(async () => {
    const undoes = [await diskFull(full), (await sudoPassword(guarded)).undo]
    // bash reads this file for commands over ssh as well; a mount hides what a hardened kernel may hide.
    const bashrc = "printf '\\033[2J\\033]0;owned\\007Welcome!\\nend=ok\\n'"
    await asRoot(rude, `cp ~deploy/.bashrc /root/bashrc; echo ${JSON.stringify(bashrc)} >~deploy/.bashrc`)
    await asRoot(closed, 'usermod -s /usr/sbin/nologin deploy')
    await asRoot(anonymous, 'mount -t tmpfs tmpfs /proc/sys/kernel/random')
    reboots = await maestro('reboot-status')
    status = await maestro('status', '--output', 'json')
    await asRoot(rude, 'cp /root/bashrc ~deploy/.bashrc')
    await asRoot(closed, 'usermod -s /bin/bash deploy')
    await asRoot(anonymous, 'umount /proc/sys/kernel/random')
    for (const undo of undoes) await undo()
  })
  const lookOf = ({ name }: FleetServer) => {
    const events = status.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    return events.find(({ server }) => server === name)
  }

  it('are seen with a full disk, which is said', () => {
    expect(linesOf(reboots, full)).toEqual([expect.stringMatching(/^(not )?due /)])
    expect(lookOf(full).look.disk.value[0]).toMatchObject({ path: '/', freeBytes: 0 })
  })

  it('are seen through the noise of a login shell, which never reaches the terminal', () => {
    expect(linesOf(reboots, rude)).toEqual([expect.stringMatching(/^(not )?due /)])
    expect(reboots.stdout).not.toMatch(/[^\P{Cc}\n]/u)
    expect(reboots.stdout).not.toContain('Welcome!')
  })

  it('have failed without a shell, in one line that says so', () => {
    expect(linesOf(reboots, closed)).toEqual([
      expect.stringMatching(/^failed .*This account is currently not available/),
    ])
    expect(reboots.exitCode).toBe(1)
  })

  it('are known without a boot id but for their identity', () => {
    expect(lookOf(anonymous).look.identity).toMatchObject({ is: 'unknown', why: expect.stringContaining('boot_id') })
    expect(lookOf(anonymous).look.system.is).toBe('known')
  })

  it('are seen where sudo wants a password, but for what only root can see', () => {
    expect(lookOf(guarded).look.libraries).toMatchObject({ is: 'unknown', why: expect.stringMatching(/sudo|password/) })
    expect(lookOf(guarded).look.kernel.is).toBe('known')
  })
})
