import { describe, expect, it } from 'vitest'
import {
  combineStates,
  gatherFactsInStates,
  inside,
  knownValue,
  moveAside,
  type State,
} from './support/facts-fixture.ts'

const yesterday = Math.floor(Date.now() / 1000) - 86_400
const stamp = '/var/lib/apt/periodic/unattended-upgrades-stamp'
const timer = 'apt-daily-upgrade.timer'

/** Configuration of apt that comes after all that is there. */
const configured = (...lines: readonly string[]): State => ({
  make: `cat >/etc/apt/apt.conf.d/99zz-look <<'END'\n${lines.join('\n')}\nEND\n`,
  undo: 'rm -f /etc/apt/apt.conf.d/99zz-look\n',
})

// A system that was not started by systemd, as far as anybody can see.
const withoutSystemd = moveAside('/run/systemd/system')

const factsOf = gatherFactsInStates({
  // A dry run counts as one, too.
  'app-1': { make: `rm -f ${stamp}`, undo: `rm -f ${stamp}` },
  'app-2': configured('APT::Periodic::Unattended-Upgrade "0";'),
  'db-1': combineStates(
    configured(
      'Unattended-Upgrade::Automatic-Reboot "true";',
      '#clear Unattended-Upgrade::Allowed-Origins;',
      `Unattended-Upgrade::Origins-Pattern { "origin=Elsewhere,codename=\${distro_codename}"; };`,
    ),
    { make: `touch -d @${yesterday} ${stamp}`, undo: `rm -f ${stamp}` },
  ),
  'db-2': { make: `systemctl stop ${timer}`, undo: `systemctl start ${timer}` },
  'lb-1': moveAside('/usr/bin/unattended-upgrade'),
  'web-1': withoutSystemd,
  'web-2': combineStates(withoutSystemd, {
    make: 'install /bin/true /usr/local/bin/cron',
    undo: 'rm -f /usr/local/bin/cron',
  }),
})

describe('facts/unattended.sh', () => {
  it('reports daily upgrades on a server as it was handed over', () => {
    const { isInstalled, isDaily, why, rebootsByItself, lastRunAt } = knownValue(factsOf('app-1').unattended)

    expect({ isInstalled, isDaily, why, rebootsByItself, lastRunAt }).toEqual({
      isInstalled: true,
      isDaily: true,
      rebootsByItself: false,
    })
  })

  it('has the origins that unattended-upgrade names', async () => {
    const says = await inside('app-1', 'unattended-upgrade --dry-run -v 2>&1')

    const allowed = /Allowed origins are: (.*)/.exec(says)?.[1]?.split(', ')
    const { origins } = knownValue(factsOf('app-1').unattended)
    expect(origins.map((origin) => origin.replace(/(.*):(.*)/, 'o=$1,a=$2'))).toEqual(allowed)
    expect(origins).toContain('Ubuntu:noble-security')
  })

  it('has an origin pattern, automatic reboot, and the last run', () => {
    expect(knownValue(factsOf('db-1').unattended)).toMatchObject({
      isDaily: true,
      origins: ['origin=Elsewhere,codename=noble'],
      rebootsByItself: true,
      lastRunAt: yesterday,
    })
  })

  it.each(['app-1', 'db-1'])('on %s has the next run of the timer', async (name) => {
    const unit = '/org/freedesktop/systemd1/unit/apt_2ddaily_2dupgrade_2etimer'
    const next = `org.freedesktop.systemd1 ${unit} org.freedesktop.systemd1.Timer NextElapseUSecRealtime`
    const [, microseconds] = (await inside(name, `busctl get-property ${next}`)).split(' ')

    expect(knownValue(factsOf(name).unattended).nextRunAt).toBe(Math.floor(Number(microseconds) / 1e6))
  })

  it.each([
    { name: 'app-2', why: 'APT::Periodic::Unattended-Upgrade is not set to every day', isInstalled: true },
    { name: 'db-2', why: "apt's daily timers are stopped", isInstalled: true },
    { name: 'web-1', why: 'neither systemd nor cron runs it', isInstalled: true },
    { name: 'lb-1', why: undefined, isInstalled: false },
  ])('reports on $name no daily upgrades: $why', ({ name, why, isInstalled }) => {
    const told = knownValue(factsOf(name).unattended)

    expect([told.isInstalled, told.isDaily, told.why]).toEqual([isInstalled, false, why])
  })

  it('reports daily upgrades by cron', () => {
    expect(knownValue(factsOf('web-2').unattended)).toMatchObject({ isDaily: true })
  })
})
