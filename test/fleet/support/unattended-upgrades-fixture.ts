import { unattendedUpgrades } from '../../../src/operations/unattended-upgrades/operation.ts'
import type { UnattendedOptions } from '../../../src/operations/unattended-upgrades/options.ts'
import type { FleetServer } from './fleet.ts'
import { asRoot } from './inside.ts'
import type { StepResult } from './perform-step.ts'
import { performStep, stepContextOn } from './perform-step.ts'

/** Runs the steps of the operation on a server, each with facts of its own. */
export async function configureUnattendedUpgrades(
  server: FleetServer,
  options: Partial<UnattendedOptions> = {},
): Promise<readonly StepResult[]> {
  const { facts, steps } = unattendedUpgrades({ remove: false, hold: [], origins: [], ...options })
  const done: StepResult[] = []
  for (const step of steps) {
    const ctx = stepContextOn(server, step.id)
    done.push(await performStep(step, ctx, await ctx.gatherFacts(facts)))
  }
  return done
}

/** What became of the settings among all that was done. */
export const configureResult = (done: readonly StepResult[]) =>
  done.find(({ id }) => id.startsWith('unattended-upgrades-settings'))

/** Runs the real unattended-upgrade job, as its timer does, to its end. */
export const runUnattendedUpgrades = (server: FleetServer) =>
  asRoot(server, 'systemctl start apt-daily-upgrade.service')

/** Everything that a run must leave as it is when nothing is due, as one text. */
export const stateOf = (server: FleetServer): Promise<string> =>
  asRoot(
    server,
    `find /etc /var/lib/dpkg /var/lib/apt/extended_states -type f ! -name '*-old' ! -name 'lock*' -exec sha256sum {} + | sort -k 2
    find /etc -type l -printf '%p -> %l\\n' | sort
    find /var/lib/apt/periodic /var/log/apt /var/log/unattended-upgrades -type f -printf '%p %m %T@\\n' | sort
    ls -A /etc/apt /etc/apt/apt.conf.d
    systemctl list-unit-files --no-legend --type=timer,service
    systemctl show -p Id -p ActiveState apt-daily.timer apt-daily-upgrade.timer
    apt-mark showmanual; apt-mark showhold`,
  )
