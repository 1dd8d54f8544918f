import { describe, expect, it } from 'vitest'
import {
  combineStates,
  gatherFactsInStates,
  inside,
  knownValue,
  moveAside,
  type State,
} from './support/facts-fixture.ts'

const twoDaysAgo = Math.floor(Date.now() / 1000) - 2 * 86_400
const flag = '/var/run/reboot-required'
const update = '/usr/share/update-notifier/notify-reboot-required'
const writers = [update, ...['update-notifier', 'unattended-upgrades', 'reboot-notifier'].map(hook)]

/** Nothing on the server sets the flag, but for that path. */
const onlyWriter = (path?: string): State =>
  combineStates(
    moveAside(update),
    moveAside(hook('unattended-upgrades')),
    path === undefined
      ? {}
      : {
          make: `install -D /bin/true ${path}`,
          undo: `rm -f ${path}`,
        },
  )

/** What the package's own script calls, as dpkg runs it. */
const wants = (name: string) => `DPKG_MAINTSCRIPT_PACKAGE=${name} ${update}\n`

const clear = `rm -f ${flag} ${flag}.pkgs\n`

// The service runs a program that was replaced meanwhile.
const staleService: State = {
  make: `cp /bin/sleep /usr/local/bin/fl-stale; systemd-run -q --collect --unit=fl-stale /usr/local/bin/fl-stale infinity
    sleep 0.5; cp /bin/sleep /usr/local/bin/fl-new; mv /usr/local/bin/fl-new /usr/local/bin/fl-stale`,
  undo: 'systemctl stop fl-stale || :; rm -f /usr/local/bin/fl-stale',
}

// Of the kernel of a container needrestart says nothing: this one adds what it says elsewhere.
const needrestartOnKernel: State = {
  make: `printf '#!/bin/sh\\n/usr/sbin/needrestart "$@"; echo NEEDRESTART-KSTA: 3\\n' >/usr/local/sbin/needrestart
    chmod 755 /usr/local/sbin/needrestart`,
  undo: 'rm -f /usr/local/sbin/needrestart',
}

const factsOf = gatherFactsInStates({
  'app-1': {
    make: `${clear}${wants('linux-base')}${wants('libc6')}echo linux-base >>${flag}.pkgs; touch -d @${twoDaysAgo} ${flag}`,
    undo: clear,
  },
  'app-2': combineStates({ make: `${clear}touch ${flag}`, undo: clear }, needrestartOnKernel),
  'db-1': combineStates(onlyWriter(hook('update-notifier')), staleService),
  'db-2': onlyWriter(hook('reboot-notifier')),
  'lb-1': combineStates(onlyWriter(), { make: clear }),
  'web-1': combineStates(onlyWriter(hook('unattended-upgrades')), moveAside('/usr/sbin/needrestart')),
  'web-2': onlyWriter(update),
})

function hook(name: string): string {
  return `/etc/kernel/postinst.d/${name}`
}

describe('facts/reboot.sh', () => {
  it('has the flag, its packages once each, and its time', () => {
    expect(knownValue(factsOf('app-1').reboot)).toEqual({
      isSet: true,
      packages: ['linux-base', 'libc6'],
      since: twoDaysAgo,
      hasSetter: true,
    })
  })

  it('has a flag without packages', async () => {
    const written = Number(await inside('app-2', `find ${flag} -printf '%Ts'`))

    expect(knownValue(factsOf('app-2').reboot)).toEqual({ isSet: true, packages: [], since: written, hasSetter: true })
  })

  it('has an unset flag', () => {
    expect(knownValue(factsOf('lb-1').reboot)).toEqual({ isSet: false, packages: [], hasSetter: false })
  })

  it.each([
    { name: 'web-2', writer: writers[0] },
    { name: 'db-1', writer: writers[1] },
    { name: 'web-1', writer: writers[2] },
    { name: 'db-2', writer: writers[3] },
  ])('reports that $writer would set the flag', ({ name }) => {
    expect(knownValue(factsOf(name).reboot).hasSetter).toBe(true)
  })
})

describe('facts/needrestart.sh', () => {
  it('names a service whose program was replaced on disk', async () => {
    const pid = await inside('db-1', 'systemctl show -P MainPID fl-stale')
    const program = await inside('db-1', `readlink /proc/${pid}/exe`)

    const { hasTool, services } = knownValue(factsOf('db-1').needrestart)
    expect(program).toBe('/usr/local/bin/fl-stale (deleted)')
    expect({ hasTool, services }).toEqual({ hasTool: true, services: ['fl-stale.service'] })
  })

  it('names no service when nothing was replaced', () => {
    expect(knownValue(factsOf('lb-1').needrestart)).toEqual({ hasTool: true, services: [] })
  })

  it('has the kernel state of needrestart', () => {
    expect(knownValue(factsOf('app-2').needrestart).kernel).toBe('version-upgrade')
  })

  it('reports that needrestart is missing', () => {
    expect(knownValue(factsOf('web-1').needrestart)).toEqual({ hasTool: false, services: [] })
  })
})
