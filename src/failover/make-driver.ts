import type { FailoverDriver, FailoverSecrets } from './driver.ts'
import { commandDriver } from './drivers/command.ts'
import { haproxyDriver } from './drivers/haproxy.ts'
import { rfc2136Driver } from './drivers/rfc2136.ts'
import type { Failover } from './target.ts'
export function makeDriver(failover: Failover, secrets: FailoverSecrets): FailoverDriver {
  const { driver } = failover
  switch (driver.kind) {
    case 'rfc2136':
      return rfc2136Driver(failover, driver, secrets)
    case 'haproxy':
      return haproxyDriver(failover, driver)
    case 'command':
      return commandDriver(failover, driver)
  }
}
