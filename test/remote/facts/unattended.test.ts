import { chmodSync, utimesSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readUnattended } from '../../../src/remote/facts/unattended.ts'
import { buildFields } from '../../support/builders/build-fields.ts'
import { fakeServer } from '../../support/fakes/fake-server.ts'
import { printRecorded, recorded } from '../../support/fixtures/recorded-output.ts'
import { shells } from '../../support/tools.ts'

const systemd = { 'run/systemd/system': null }
const timer = (state: string) =>
  `for unit in "$2" "$3"; do
    printf 'Id=%s\\nNextElapseUSecRealtime=Tue 2026-11-24 06:05:11 UTC\\nLastTriggerUSec=\\nActiveState=${state}\\n\\n' "$unit"
  done`

describe.each(shells())('facts/unattended.sh under $name', (shell) => {
  const tools = {
    'unattended-upgrade': '',
    'apt-config': printRecorded('apt-config-dump-ubuntu-24.04'),
    systemctl: timer('active'),
  }

  it('prints that unattended upgrades are on, their origins and the next run', () => {
    const files = { ...systemd, 'etc/os-release': recorded('os-release-ubuntu-24.04') }

    const { unattended } = fakeServer({ files, tools }).facts(['system', 'unattended'], shell)

    expect(unattended).toEqual({
      status: 'known',
      value: {
        isInstalled: true,
        isDaily: true,
        why: undefined,
        origins: [
          'Ubuntu:noble',
          'Ubuntu:noble-security',
          'UbuntuESMApps:noble-apps-security',
          'UbuntuESM:noble-infra-security',
        ],
        rebootsByItself: false,
        lastRunAt: undefined,
        nextRunAt: Date.UTC(2026, 10, 24, 6, 5, 11) / 1000,
      },
    })
  })

  it('prints the last run from its stamp', () => {
    const stamp = 'var/lib/apt/periodic/unattended-upgrades-stamp'
    const server = fakeServer({ files: { ...systemd, [stamp]: '' }, tools })
    utimesSync(`${server.root}/${stamp}`, 1_795_000_000, 1_795_000_000)

    expect(server.facts(['unattended'], shell).unattended).toMatchObject({ value: { lastRunAt: 1_795_000_000 } })
  })

  it.each([
    ['inactive timers', { ...tools, systemctl: timer('inactive') }, systemd, "apt's daily timers are stopped"],
    ['neither systemd nor cron', tools, {}, 'neither systemd nor cron runs it'],
    ['cron.daily and no cron', tools, { 'etc/cron.daily/apt-compat': '' }, 'neither systemd nor cron runs it'],
  ])('prints that they are off with %s', (_, found, files, why) => {
    expect(fakeServer({ files, tools: found }).facts(['unattended'], shell).unattended).toMatchObject({
      value: { isInstalled: true, isDaily: false, why },
    })
  })

  it('prints that they run by cron where systemd does not', () => {
    const server = fakeServer({ files: { 'etc/cron.daily/apt-compat': '' }, tools: { ...tools, cron: '' } })
    chmodSync(`${server.root}/etc/cron.daily/apt-compat`, 0o755)

    expect(server.facts(['unattended'], shell).unattended).toMatchObject({
      value: { isDaily: true, nextRunAt: undefined },
    })
  })

  it('reads option names in any case', () => {
    const said = 'apt::periodic::unattended-upgrade "7";\nunattended-upgrade::automatic-reboot "true";'

    const { unattended } = fakeServer({ files: systemd, tools: { ...tools, 'apt-config': `echo '${said}'` } }).facts(
      ['unattended'],
      shell,
    )

    expect(unattended).toMatchObject({ value: { isDaily: false, rebootsByItself: true } })
  })

  it('prints that the package is missing without its program', () => {
    const { 'unattended-upgrade': _, ...others } = tools

    expect(fakeServer({ tools: others }).facts(['unattended'], shell).unattended).toMatchObject({
      value: { isInstalled: false, isDaily: false, why: undefined },
    })
  })
})

describe('readUnattended', () => {
  const told = {
    unattended_installed: 'yes',
    unattended_scheduler: 'systemd',
    unattended_timer: ['Id=apt-daily.timer|ActiveState=active|', 'Id=apt-daily-upgrade.timer|ActiveState=active|'],
  }
  const options = (name: string, value: string) => [
    'APT::Periodic::Update-Package-Lists "1";',
    'APT::Periodic::Unattended-Upgrade "1";',
    `${name} "${value}";`,
  ]

  it.each(['1', 'always', '24h', '86400s', '720m', '1d'])('reads an interval of %s as daily', (value) => {
    const facts = buildFields({ ...told, unattended_option: options('APT::Periodic::Unattended-Upgrade', value) })

    expect(readUnattended(facts).isDaily).toBe(true)
  })

  it.each([
    ['Unattended-Upgrade', '0'],
    ['Unattended-Upgrade', '7'],
    ['Unattended-Upgrade', '25h'],
    ['Unattended-Upgrade', 'sometimes'],
    ['Update-Package-Lists', '0'],
    ['Enable', '0'],
  ])('reads %s = %s as off', (name, value) => {
    const facts = buildFields({ ...told, unattended_option: options(`APT::Periodic::${name}`, value) })

    expect(readUnattended(facts)).toMatchObject({
      isDaily: false,
      why: `APT::Periodic::${name} is not set to every day`,
    })
  })

  it.each(['true', '1', 'Yes'])('reads Automatic-Reboot "%s" as automatic reboot', (value) => {
    const facts = buildFields({ ...told, unattended_option: options('Unattended-Upgrade::Automatic-Reboot', value) })

    expect(readUnattended(facts).rebootsByItself).toBe(true)
  })

  it('reads origins of Debian, and keeps variables when the system is unknown', () => {
    const facts = buildFields({ ...told, unattended_option: recorded('apt-config-dump-debian-12').trim().split('\n') })

    expect(readUnattended(facts).origins).toContainEqual(
      expect.stringMatching(/^origin=Debian,codename=\$\{distro_codename\}-security,/),
    )
  })
})
