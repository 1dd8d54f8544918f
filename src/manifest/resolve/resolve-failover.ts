import type { Block } from '../schema/maestro-block.ts'
import type { Failover, FailoverDriver } from '../settings.ts'
import type { ToFile } from './to-file.ts'

const minute = 60_000

/** The failover with its defaults; undefined where the manifest has none. */
export function resolveFailover(failover: Block['failover'] = {}, file: ToFile): Failover | undefined {
  const { address, primary, secondary, driver, targets = {}, url, status = 200 } = failover
  if (!address || !primary || !secondary || !driver) return undefined
  return {
    address,
    primary,
    secondary,
    targets: {
      ...(targets.primary && { primary: targets.primary }),
      ...(targets.secondary && { secondary: targets.secondary }),
    },
    driver: makeDriver(driver, file),
    ttlSeconds: (failover.ttl ?? minute) / 1000,
    ...(url && { check: { url, status } }),
    timeoutMs: failover.timeout ?? 2 * minute,
  }
}

type WrittenDriver = NonNullable<NonNullable<Block['failover']>['driver']>

function makeDriver(driver: WrittenDriver, file: ToFile): FailoverDriver {
  switch (driver.kind) {
    case 'rfc2136': {
      const { key_file, key_env, port = 53, kind, server, zone } = driver
      return {
        kind,
        server,
        port,
        zone,
        ...(key_file && { keyFile: file(key_file) }),
        ...(key_env && { keyEnv: key_env }),
      }
    }
    case 'command':
      return { kind: 'command', command: file(driver.command), timeoutMs: driver.timeout ?? 2 * minute }
    case 'haproxy': {
      const { kind, server, backend } = driver
      return { kind, server, ...(backend && { backend }) }
    }
  }
}
