import { describe, expect, it } from 'vitest'
import { configureStep } from '../../../src/operations/unattended-upgrades/configure-step.ts'
import { type AptSetting, readAptConf } from '../../../src/remote/apt-conf.ts'
import type { ServerFacts } from '../../../src/remote/facts/facts.ts'
import type { PeriodicUpgrades } from '../../../src/remote/facts/periodic.ts'
import { buildFacts } from '../../support/builders/build-facts.ts'
import {
  buildPeriodicFacts,
  buildTimer,
  buildTimers,
  configuredUpgrades,
  effectiveSettings,
  packageSettings,
  unattendedOptions,
} from '../../support/builders/build-periodic-upgrades.ts'

const step = configureStep(unattendedOptions)
const ours = '/etc/apt/apt.conf.d/52maestro-unattended-upgrades'
const never =
  '+ never docker-ce, docker-ce-cli, docker-ce-rootless-extras, docker-buildx-plugin, docker-compose-plugin, ' +
  'containerd.io, docker.io, containerd, runc'

function linesFor(parts: Partial<PeriodicUpgrades>, others: Partial<ServerFacts> = {}, its = step): readonly string[] {
  const verdict = its.plan(buildPeriodicFacts(parts, others))
  return verdict.status === 'due' ? its.describe(verdict.change) : [`${verdict.status}: ${verdict.why}`]
}

const debian: Partial<ServerFacts> = {
  system: {
    status: 'known',
    value: { id: 'debian', release: '12', codename: 'bookworm', name: 'Debian 12', hasApt: true },
  },
}

describe('configureStep: plan', () => {
  it('writes one file and the excluded packages on top of the settings of Ubuntu', () => {
    expect(linesFor({})).toEqual([`+ ${ours}`, never])
  })

  it('writes every setting where there is none', () => {
    expect(linesFor({ options: [] })).toEqual([
      `+ ${ours}`,
      '+ APT::Periodic::Update-Package-Lists "1"',
      '+ APT::Periodic::Unattended-Upgrade "1"',
      `+ origin \${distro_id}:\${distro_codename}`,
      `+ origin \${distro_id}:\${distro_codename}-security`,
      `+ origin \${distro_id}ESMApps:\${distro_codename}-apps-security`,
      `+ origin \${distro_id}ESM:\${distro_codename}-infra-security`,
      never,
    ])
  })

  it('excludes point releases of Debian, which are not security updates', () => {
    const its =
      readAptConf(`Unattended-Upgrade::Origins-Pattern { "origin=Debian,codename=\${distro_codename},label=Debian";
      "origin=Debian,codename=\${distro_codename}-security,label=Debian-Security"; };`)

    expect(linesFor({ options: its }, debian)).toContain(
      `- origin origin=Debian,codename=\${distro_codename},label=Debian`,
    )
    expect(linesFor({ options: its }, debian).join()).not.toContain('+ origin')
  })

  it('shows the difference to earlier files of an administrator, each with its file', () => {
    const path = '/etc/apt/apt.conf.d/51local'
    const text = `Unattended-Upgrade::Automatic-Reboot "true"; APT::Periodic::Unattended-Upgrade "7";
      Unattended-Upgrade::Update-Days { "Mon"; }; Unattended-Upgrade::Origins-Pattern { "origin=Elsewhere"; };`

    const lines = linesFor({
      options: [...packageSettings, ...readAptConf(text)],
      files: [{ path, text }],
      isEdited: true,
    })

    expect(lines).toEqual([
      `+ ${ours}`,
      `~ APT::Periodic::Unattended-Upgrade "7" -> "1" (${path})`,
      `~ Unattended-Upgrade::Automatic-Reboot "true" -> "false" (${path})`,
      '- only on Mon',
      '- origin origin=Elsewhere',
      never,
      '= /etc/apt/apt.conf.d/50unattended-upgrades stays as it was changed here',
    ])
  })

  it('keeps origins that a later file adds', () => {
    const file = {
      path: '/etc/apt/apt.conf.d/99vendor',
      text: 'Unattended-Upgrade::Allowed-Origins:: "Vendor:stable";',
    }

    const lines = linesFor({ options: [...packageSettings, ...readAptConf(file.text)], files: [file] })

    expect(lines).toContain('= origin Vendor:stable stays (/etc/apt/apt.conf.d/99vendor)')
    expect(lines.join()).not.toContain('- origin')
  })

  it('enables timers that are stopped or disabled', () => {
    const lines = linesFor({ ...configuredUpgrades(), timers: buildTimers({ isActive: false }) })

    expect(lines).toEqual(['enable and start apt-daily-upgrade.timer'])
  })

  it('adds hold and origins of the manifest', () => {
    const its = configureStep({ ...unattendedOptions, hold: ['linux-image-*'], origins: ['Docker:bookworm'] })

    expect(linesFor(configuredUpgrades(), {}, its)).toEqual([
      `~ ${ours}`,
      '+ origin Docker:bookworm',
      '+ never linux-image-*',
    ])
  })

  it('is done when all settings are in place, also by files of an administrator', () => {
    const file = { path: '/etc/apt/apt.conf.d/99x', text: 'apt::periodic::unattended-upgrade "always";' }

    const verdict = step.plan(
      buildPeriodicFacts(configuredUpgrades({ options: effectiveSettings(readAptConf(file.text)), files: [file] })),
    )

    expect(verdict).toEqual({ status: 'done', why: 'security upgrades are set up for each night' })
  })
})

describe('configureStep: plan is blocked or unknown', () => {
  const later = (text: string, path = '/etc/apt/apt.conf.d/99x') => ({ files: [{ path, text }] })
  const read = `, which apt reads after ${ours},`

  it.each<[string, Partial<PeriodicUpgrades>, string]>([
    [
      'a later file lets servers restart by themselves',
      later('Unattended-Upgrade { Automatic-Reboot "true"; };'),
      `/etc/apt/apt.conf.d/99x${read} sets Unattended-Upgrade::Automatic-Reboot "true": change that file, or remove it`,
    ],
    [
      'apt.conf itself, the last of all, turns them off',
      later('APT::Periodic::Enable "0";', '/etc/apt/apt.conf'),
      `/etc/apt/apt.conf${read} sets APT::Periodic::Enable "0": change that file, or remove it`,
    ],
    [
      'a later file clears the origins',
      later('#clear Unattended-Upgrade::Allowed-Origins;'),
      `/etc/apt/apt.conf.d/99x${read} clears Unattended-Upgrade::Allowed-Origins: change that file, or remove it`,
    ],
    [
      'a later file gives Docker free',
      later('#clear Unattended-Upgrade::Package-Blacklist;'),
      `/etc/apt/apt.conf.d/99x${read} clears Unattended-Upgrade::Package-Blacklist: change that file, or remove it`,
    ],
    [
      'a later file names days',
      later('Unattended-Upgrade::Update-Days { "Mon"; };'),
      `/etc/apt/apt.conf.d/99x${read} sets Unattended-Upgrade::Update-Days: change that file, or remove it`,
    ],
    ['a file of our name is not ours', { ours: 'A "1";\n' }, `${ours} is there and not maestro's: move it away`],
    [
      'a timer is masked',
      { timers: [buildTimer('apt-daily.timer', { load: 'masked', isActive: false })] },
      'apt-daily.timer is masked, so somebody wants no nightly upgrades: run `systemctl unmask apt-daily.timer` there first',
    ],
    [
      'a timer is not there',
      { timers: [buildTimer('apt-daily.timer', { load: 'not-found' })] },
      'systemd has no apt-daily.timer to start (not-found)',
    ],
    [
      'nothing would run them',
      { scheduler: 'none', timers: [] },
      'neither systemd nor cron is there to run upgrades each night',
    ],
  ])('when %s', (_, parts, why) => {
    expect(step.plan(buildPeriodicFacts(parts))).toEqual({ status: 'blocked', why })
  })

  it.each<[string, Partial<ServerFacts>, string, string]>([
    [
      'the system is neither Ubuntu nor Debian',
      { system: { status: 'known', value: { id: 'kali', release: '', codename: '', name: 'Kali', hasApt: true } } },
      'blocked',
      'maestro knows the security origins of Ubuntu and Debian, not of kali',
    ],
    [
      'there is no apt',
      {
        system: {
          status: 'known',
          value: { id: 'alpine', release: '3', codename: '', name: 'Alpine 3', hasApt: false },
        },
      },
      'blocked',
      'Alpine 3 has no apt',
    ],
    [
      'dpkg was cut off',
      { dpkg: { status: 'known', value: { isInterrupted: true, broken: [], lockHolders: [] } } },
      'blocked',
      'dpkg was cut off in the middle: run `dpkg --configure -a` there first',
    ],
    [
      'the configuration cannot be read',
      { periodic: { status: 'unknown', why: 'E: Syntax error' } },
      'unknown',
      'the nightly upgrades cannot be known: E: Syntax error',
    ],
    [
      "dpkg's state is unknown",
      { dpkg: { status: 'unknown', why: 'no' } },
      'unknown',
      "dpkg's state cannot be known: no",
    ],
  ])('when %s', (_, others, status, why) => {
    expect(step.plan(buildPeriodicFacts({}, others))).toEqual({ status, why })
  })

  it('when its facts were not gathered', () => {
    expect(step.plan(buildFacts())).toEqual({
      status: 'unknown',
      why: 'the nightly upgrades cannot be known: it was not asked for',
    })
  })
})

describe('configureStep: plan with our file in place', () => {
  const without = (part: string) =>
    effectiveSettings().filter(({ name, value }) => !`${name} "${value}"`.includes(part))

  it.each<[string, readonly AptSetting[], readonly string[]]>([
    [
      'another value holds',
      effectiveSettings(readAptConf('APT::Periodic::Enable "0";')),
      ['~ APT::Periodic::Enable "0" -> "1"'],
    ],
    [
      'days are named',
      effectiveSettings(readAptConf('Unattended-Upgrade::Update-Days { "Mon"; };')),
      ['- only on Mon'],
    ],
    ['a package is not left alone', without('runc'), ['+ never runc']],
    ['an origin is missing', without('-security'), [`+ origin \${distro_id}:\${distro_codename}-security`]],
  ])('is due when %s', (_, options, lines) => {
    expect(linesFor(configuredUpgrades({ options }))).toEqual(expect.arrayContaining([...lines]))
    expect(linesFor(configuredUpgrades({ options })).join()).not.toContain(ours)
  })
})

describe('configureStep: plan without a current verification mark', () => {
  it.each([undefined, 'f'.repeat(64)])('is due until the settings are verified: %s', (proved) => {
    expect(linesFor(configuredUpgrades({ was: { timers: [], packages: [], proved } }))).toEqual([
      'prove by a dry run what is set up',
    ])
  })
})

describe('configureStep: exceedsPlan', () => {
  const planned = { family: 'ubuntu', changes: [`+ ${ours}`], timers: ['apt-daily.timer'] } as const

  it('accepts other lines than planned and fewer timers', () => {
    expect(step.exceedsPlan?.(planned, { ...planned, changes: ['- origin x'], timers: [] })).toBeUndefined()
  })

  it.each([
    [{ ...planned, timers: ['apt-daily-upgrade.timer'] }, 'apt-daily-upgrade.timer is stopped or disabled now'],
    [{ ...planned, family: 'debian' as const }, 'the system is debian now'],
  ])('rejects more than planned: %j', (now, why) => {
    expect(step.exceedsPlan?.(planned, now)).toBe(why)
  })
})
