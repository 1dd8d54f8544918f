import { type ExitCode, UsageError } from '../errors.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { suggestion } from '../manifest/nearest.ts'
import type { Profile, Settings } from '../manifest/settings.ts'
import { joined } from '../operations/joined.ts'
import type { Operation } from '../plan/step.ts'
import { askWhatToDeploy } from './ask-what-to-deploy.ts'
import { change } from './changing.ts'
import type { DeployFlags } from './deploy.ts'
import type { DockerUpgradeFlags } from './docker-upgrade.ts'
import { dangersOfDocker, dockerUpgradeFor } from './docker-upgrading.ts'
import { rebootFor } from './rebooting.ts'
import type { SecurityUpgradeFlags } from './security-upgrade.ts'
import { securityUpgradeFor } from './security-upgrading.ts'

/** Does all that is asked for in one pass over each server. Returns the exit code. */
export async function deploy(given: DeployFlags, stop: AbortSignal): Promise<ExitCode> {
  const flags = given.interactive ? await askWhatToDeploy(given) : given
  const command = ['deploy', ...wordsOf(flags)].join(' ')
  return change({ flags, stop, command, operationFor: deployFor(flags), dangers: dangersOfDocker(flags) })
}

// As the journal has it, and as the estimates of later runs compare it.
const wordsOf = ({ profile, securityUpgrades, dockerUpgrades, reboot }: DeployFlags): readonly string[] => [
  ...(profile === undefined ? [] : [`--profile ${profile}`]),
  ...(securityUpgrades ? ['--security-upgrades'] : []),
  ...(dockerUpgrades ? ['--docker-upgrades'] : []),
  ...(reboot ? ['--reboot'] : []),
]

type Wish = SecurityUpgradeFlags & DockerUpgradeFlags & Pick<DeployFlags, keyof Profile | 'profile'>

/** All that is asked for as one pass; throws a UsageError where that is nothing, or cannot be done. */
export const deployFor =
  (flags: Wish) =>
  (settings: Settings, manifest: Manifest): Operation => {
    const { securityUpgrades, dockerUpgrades, reboot, services } = { ...profileOf(flags, settings), ...given(flags) }
    if (services)
      throw new UsageError('maestro does not roll out services yet: --services cannot be done', {
        hint: 'what it can do: --security-upgrades, --docker-upgrades, --reboot',
      })
    if (!securityUpgrades && !dockerUpgrades && !reboot)
      throw new UsageError('nothing is asked for', {
        hint: 'ask for --security-upgrades, --docker-upgrades, --reboot, for a --profile of the manifest, or to be asked: --interactive',
      })
    return joined('deploy', [
      ...(securityUpgrades ? [securityUpgradeFor(flags)(settings)] : []),
      ...(dockerUpgrades ? [dockerUpgradeFor(flags, { goesBack: false })(settings, manifest)] : []),
      ...(reboot ? [rebootFor({ force: false, follows: securityUpgrades === true })(settings)] : []),
    ])
  }

function profileOf({ profile: name }: Wish, { profiles }: Settings): Profile {
  if (name === undefined) return {}
  const found = profiles[name]
  if (found !== undefined) return found
  const names = Object.keys(profiles)
  throw new UsageError(`there is no profile ${JSON.stringify(name)} in maestro.profiles${suggestion(name, names)}`, {
    hint: names.length === 0 ? 'the manifest has none' : `the manifest has ${names.join(', ')}`,
  })
}

// What is typed adds to what the profile has.
function given({ securityUpgrades, dockerUpgrades, reboot, services }: Wish): Profile {
  return {
    ...(securityUpgrades && { securityUpgrades }),
    ...(dockerUpgrades && { dockerUpgrades }),
    ...(reboot && { reboot }),
    ...(services && { services }),
  }
}
