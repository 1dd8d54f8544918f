import type { ChangeFlags } from '../../cli/flags.ts'
import type { DockerUpgradeFlags } from '../docker-upgrade/flags.ts'
import type { SecurityUpgradeFlags } from '../security-upgrade/flags.ts'
/** How services are rolled out, beside the manifest. */
export interface ServicesFlags {
  readonly service?: readonly string[]
  readonly pull?: boolean
  /** True: back to what was before; false: what does not come up well stays as it is. */
  readonly rollback?: boolean
}

/** What is asked for, beside how it is done. */
export interface DeployFlags extends ChangeFlags, SecurityUpgradeFlags, DockerUpgradeFlags, ServicesFlags {
  readonly securityUpgrades?: boolean
  readonly dockerUpgrades?: boolean
  readonly reboot?: boolean
  readonly services?: boolean
  readonly profile?: string
  readonly interactive?: boolean
}
