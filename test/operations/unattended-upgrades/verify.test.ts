import { describe, expect, it } from 'vitest'
import { configureStep } from '../../../src/operations/unattended-upgrades/configure-step.ts'
import { hashFor } from '../../../src/operations/unattended-upgrades/settings.ts'
import type { PeriodicUpgrades } from '../../../src/remote/facts/periodic.ts'
import { noon } from '../../support/builders/build-facts.ts'
import {
  buildPeriodicFacts,
  buildTimers,
  configText,
  configuredUpgrades,
  unattendedOptions,
} from '../../support/builders/build-periodic-upgrades.ts'
import { type Answers, fakeServerContext } from '../../support/fakes/fake-server-context.ts'

const ended = {
  dry_locked: 'no',
  dry_ended: 'yes',
  dry_origins:
    'o=Ubuntu,a=noble, o=Ubuntu,a=noble-security, o=UbuntuESMApps,a=noble-apps-security, o=UbuntuESM,a=noble-infra-security',
  dry_package: ['openssl', 'libssl3'],
  dry_manual: 'nginx',
  release: ['v=24.04,o=Ubuntu,a=noble,n=noble,l=Ubuntu,c=main,b=amd64', 'o=Ubuntu,a=noble-security,n=noble,l=Ubuntu'],
}
const locked = { dry_locked: 'yes', dry_ended: 'no', dry_said: 'Lock could not be acquired' }
const settings = { family: 'ubuntu', changes: [], timers: [] } as const

function prove(answers: Answers, parts: Partial<PeriodicUpgrades> = {}, its = configureStep(unattendedOptions)) {
  const { ctx, asked, progress } = fakeServerContext(answers)
  return {
    proof: its.verify({ ...ctx, gatherFacts: async () => buildPeriodicFacts(configuredUpgrades(parts)) }, settings),
    asked,
    told: progress,
  }
}

describe('configureStep: verify', () => {
  it('returns the time of the next upgrade, its origins, and what it excludes', async () => {
    const { proof: evidence, told: progress } = prove([ended])

    expect(await evidence).toEqual({
      next: '2026-11-21T00:00:00.000Z',
      tonight: ['openssl', 'libssl3'],
      byHand: ['nginx'],
    })
    expect(progress).toEqual(['trying what the next night will do'])
  })

  it('marks the server as verified, so that the step is not repeated', async () => {
    const { proof: evidence, asked } = prove([ended])
    await evidence

    expect(asked.at(-1)).toMatchObject({
      files: ['unattended-upgrades/snapshot.sh', 'unattended-upgrades/mark-verified.sh'],
      inputs: { hash: hashFor('ubuntu', unattendedOptions) },
    })
  })

  it('reads the output of old releases', async () => {
    const old = { ...ended, dry_origins: `['${ended.dry_origins.replaceAll(', ', "', '")}']` }

    await expect(prove([old]).proof).resolves.toMatchObject({ tonight: ['openssl', 'libssl3'] })
  })

  it('needs no timers where cron runs unattended-upgrade', async () => {
    expect(await prove([ended], { scheduler: 'cron', timers: [] }).proof).toMatchObject({ next: null })
  })

  it('waits for locks of other processes', async () => {
    const { proof: evidence, told: progress } = prove([locked, locked, ended])

    await expect(evidence).resolves.toMatchObject({ tonight: ['openssl', 'libssl3'] })
    expect(progress).toContain("waiting for dpkg's lock")
  })

  it.each<[string, Answers, Partial<PeriodicUpgrades>, string]>([
    ['locks are never given back', [locked], {}, "dpkg's lock has been held for a quarter of an hour"],
    [
      'the dry run fails',
      [{ dry_locked: 'no', dry_ended: 'no', dry_said: 'ImportError: apt_pkg' }],
      {},
      'unattended-upgrade fails in its dry run: ImportError: apt_pkg',
    ],
    [
      'an origin is not taken from',
      [{ ...ended, dry_origins: 'o=Ubuntu,a=noble' }],
      {},
      'unattended-upgrade does not take from o=Ubuntu,a=noble-security, only from o=Ubuntu,a=noble',
    ],
    [
      'only the beginning of an origin is taken from',
      [{ ...ended, dry_origins: ended.dry_origins.replace('o=Ubuntu,a=noble, ', '') }],
      {},
      'unattended-upgrade does not take from o=Ubuntu,a=noble, only from',
    ],
    [
      'no list is from a security origin',
      [{ ...ended, release: 'o=Ubuntu,a=noble,n=noble,l=Ubuntu' }],
      {},
      'no package list of this server is from o=Ubuntu,a=noble-security or',
    ],
    [
      'Docker would be upgraded',
      [{ ...ended, dry_package: ['openssl', 'docker-ce', 'containerd.io'] }],
      {},
      'the nights would upgrade docker-ce, containerd.io, which they were to leave alone',
    ],
    [
      'a timer has no next time',
      [ended],
      { timers: buildTimers({ nextAt: undefined }) },
      'apt-daily-upgrade.timer has no next time, not within a day',
    ],
    [
      'a timer fires in some days only',
      [ended],
      { timers: buildTimers({ nextAt: noon + 3 * 86_400 }) },
      'apt-daily-upgrade.timer fires next at 2026-11-23T12:00:00.000Z, not within a day',
    ],
    [
      'the file is not what was written',
      [ended],
      { ours: `${configText}// more\n` },
      'the nightly upgrades are not as wanted: ~ /etc/apt/apt.conf.d/52maestro-unattended-upgrades',
    ],
    [
      'a timer is stopped',
      [ended],
      { timers: buildTimers({ isActive: false }) },
      'the nightly upgrades are not as wanted: apt-daily-upgrade.timer is stopped',
    ],
  ])('fails when %s', async (_, answers, parts, message) => {
    const { proof: evidence, asked } = prove(answers, parts)

    await expect(evidence).rejects.toThrow(message)
    expect(asked.flatMap(({ files }) => files)).not.toContain('unattended-upgrades/mark-verified.sh')
  })

  it('ignores the next elapse of a timer that is running', async () => {
    const parts = { timers: buildTimers({ isRunning: true, nextAt: undefined }) }

    await expect(prove([ended], parts).proof).resolves.toMatchObject({ next: null })
  })
})
