import { afterEach, describe, expect, it } from 'vitest'
import {
  bootDelay,
  changedHostKey,
  diskFull,
  drop,
  dropNew,
  freeze,
  linkDown,
  powerCut,
  reject,
  sshdHangs,
  sshdStopped,
  stayDown,
  sudoPassword,
  type Undo,
} from './support/faults.ts'
import { serverNamed } from './support/fleet.ts'
import { asRoot, bootIdOf, eventually, initOf, waitUntilRebooted } from './support/inside.ts'
import { overSsh } from './support/ssh.ts'

const server = serverNamed('lb-1')
let undo: Undo | undefined

afterEach(async () => {
  await undo?.()
  undo = undefined
  expect(await sshSays()).toBe('well')
})

const sshSays = async (command = 'echo well'): Promise<string> => (await overSsh(server, command)).all

describe.each([
  { fault: linkDown, says: /timed out|No route to host/ },
  { fault: drop, says: /timed out/ },
  { fault: dropNew, says: /timed out/ },
  { fault: reject, says: /Connection refused/ },
  { fault: sshdHangs, says: /timed out during banner exchange/ },
  { fault: sshdStopped, says: /Connection refused/ },
  { fault: freeze, says: /timed out during banner exchange/ },
  { fault: changedHostKey, says: /Host key verification failed/ },
] as const)('$fault', ({ fault, says }) => {
  it(`is reported by ssh as ${says.source} and can be undone`, async () => {
    undo = await fault(server)

    expect(await sshSays()).toMatch(says)
  })
})

describe('powerCut', () => {
  it('switches the system off at once and keeps its disk', async () => {
    await asRoot(server, 'echo kept >/var/tmp/cut')

    undo = await powerCut(server)

    expect(initOf(server)).toBeUndefined()
    await undo()
    undo = undefined
    expect(await asRoot(server, 'cat /var/tmp/cut')).toBe('kept')
  })
})

describe('stayDown', () => {
  it('leaves the system off after its next reboot', async () => {
    undo = await stayDown(server)

    await asRoot(server, 'systemctl reboot')

    expect(await eventually(() => initOf(server) === undefined, 20_000)).toBe(true)
    expect(await eventually(() => initOf(server) !== undefined, 2_000)).toBe(false)
  })
})

describe('bootDelay', () => {
  it('makes a reboot take longer', async () => {
    undo = await bootDelay(server, 3)
    const before = await bootIdOf(server)

    await asRoot(server, 'systemctl reboot')
    await eventually(() => initOf(server) === undefined, 20_000)

    expect(await eventually(() => initOf(server) !== undefined, 2_500)).toBe(false)
    await waitUntilRebooted(server, before)
  })
})

describe('diskFull', () => {
  it('leaves no byte to write', async () => {
    undo = await diskFull(server)

    const attempt = asRoot(server, 'df --output=pcent / | tail -n 1; cat /etc/os-release >/var/tmp/more')

    await expect(attempt).rejects.toThrow(/No space left on device/)
  })
})

describe('sudoPassword', () => {
  it('makes sudo ask for the password, and accepts it', async () => {
    const { password, undo: takeBack } = await sudoPassword(server)
    undo = takeBack

    expect(await sshSays('sudo -n true')).toBe('sudo: a password is required')
    expect(await sshSays(`echo ${password} | sudo -S -p '' id -u`)).toBe('0')
  })
})
