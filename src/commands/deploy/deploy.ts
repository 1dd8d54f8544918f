import { suggestion } from '../../base/did-you-mean.ts'
import { type ExitCode, UsageError } from '../../base/errors.ts'
import type { Profile, Settings } from '../../manifest/settings.ts'
import { combined } from '../../operations/combined.ts'
import { change } from '../../workflow/change.ts'
import type { OperationFor } from '../../workflow/prepare-plan.ts'
import type { DockerUpgradeFlags } from '../docker-upgrade/flags.ts'
import { dangersOfDocker, dockerUpgradeFor } from '../docker-upgrade/operation.ts'
import { rebootFor } from '../reboot/operation.ts'
import type { SecurityUpgradeFlags } from '../security-upgrade/flags.ts'
import { securityUpgradeFor } from '../security-upgrade/operation.ts'
import type { DeployFlags, ServicesFlags } from './flags.ts'
import { askWhatToDeploy } from './interactive.ts'
import { servicesBackFor, servicesFor } from './services.ts'

/** Does all that is asked for in one pass over each server. Returns the exit code. */
export async function deploy(given: DeployFlags, stop: AbortSignal): Promise<ExitCode> {
  const flags = given.interactive ? await askWhatToDeploy(given) : given
  const command = ['deploy', ...wordsOf(flags)].join(' ')
  return change({ flags, stop, command, operationFor: deployFor(flags), dangers: dangersOfDocker(flags) })
}

// As the journal has it, and as the estimates of later runs compare it.
const wordsOf = ({
  profile,
  securityUpgrades,
  dockerUpgrades,
  reboot,
  services,
  service = [],
  rollback,
}: DeployFlags) => [
  ...(profile === undefined ? [] : [`--profile ${profile}`]),
  ...(securityUpgrades ? ['--security-upgrades'] : []),
  ...(dockerUpgrades ? ['--docker-upgrades'] : []),
  ...(reboot ? ['--reboot'] : []),
  ...(services ? ['--services'] : []),
  ...service.map((name) => `--service ${name}`),
  ...(rollback ? ['--rollback'] : []),
]

type DeployOptions = SecurityUpgradeFlags &
  DockerUpgradeFlags &
  ServicesFlags &
  Pick<DeployFlags, keyof Profile | 'profile'>

/** All that is asked for as one pass; throws a UsageError where that is nothing, or cannot be done. */
export const deployFor =
  (flags: DeployOptions): OperationFor =>
  async (settings, manifest) => {
    const selection = { ...profileOf(flags, settings), ...given(flags) }
    if (flags.rollback) return combined('deploy', [await rollingBack(selection, flags)(settings, manifest)])
    const { securityUpgrades, dockerUpgrades, reboot, services } = withDefault(selection, settings)
    // Last of all: what is proved well then is what goes on running, on the kernel and the engine that stay.
    return combined('deploy', [
      ...(securityUpgrades ? [securityUpgradeFor(flags)(settings)] : []),
      ...(dockerUpgrades ? [dockerUpgradeFor(flags, { goesBack: false })(settings, manifest)] : []),
      ...(reboot ? [rebootFor({ force: false, follows: securityUpgrades === true })(settings)] : []),
      ...(services ? [await servicesFor(flags)(settings, manifest)] : []),
    ])
  }

// As in the original: without options `deploy` is of the application itself.
function withDefault(selection: Profile, { services }: Settings): Profile {
  if (selection.securityUpgrades || selection.dockerUpgrades || selection.reboot || selection.services) return selection
  if (services !== undefined) return { ...selection, services: true }
  throw new UsageError('nothing is asked for', {
    hint:
      'ask for --security-upgrades, --docker-upgrades, --reboot, for a --profile of the manifest, or to be asked: --interactive; ' +
      'services are rolled out once the manifest names them under maestro.services',
  })
}

function rollingBack(selection: Profile, { service = [], pull }: ServicesFlags): typeof servicesBackFor {
  if (selection.securityUpgrades || selection.dockerUpgrades || selection.reboot || service.length > 0 || pull)
    throw new UsageError('--rollback rolls back the services, and does nothing else', {
      hint: 'leave the other options out',
    })
  return servicesBackFor
}

function profileOf({ profile: name }: DeployOptions, { profiles }: Settings): Profile {
  if (name === undefined) return {}
  const found = profiles[name]
  if (found !== undefined) return found
  const names = Object.keys(profiles)
  throw new UsageError(`there is no profile ${JSON.stringify(name)} in maestro.profiles${suggestion(name, names)}`, {
    hint: names.length === 0 ? 'the manifest has none' : `the manifest has ${names.join(', ')}`,
  })
}

// What is typed adds to what the profile has.
function given({ securityUpgrades, dockerUpgrades, reboot, services, service = [] }: DeployOptions): Profile {
  return {
    ...(securityUpgrades && { securityUpgrades }),
    ...(dockerUpgrades && { dockerUpgrades }),
    ...(reboot && { reboot }),
    ...((services || service.length > 0) && { services: true }),
  }
}
