import { UsageError } from '../../base/errors.ts'
import { Secret } from '../../base/secret.ts'
import { openPrivateFile } from '../../cli/private-file.ts'
import type { FailoverSecrets } from '../../failover/driver.ts'
import type { FailoverDriver } from '../../manifest/settings.ts'

/** Makes sure that the key of the driver can be had; what a variable holds is taken, a file is left to nsupdate to read. */
export async function failoverSecrets(driver: FailoverDriver): Promise<FailoverSecrets> {
  if (driver.kind !== 'rfc2136') return {}
  const { keyFile, keyEnv } = driver
  if (keyFile !== undefined) await assertPrivate(keyFile)
  if (keyEnv === undefined) return {}
  const text = process.env[keyEnv]
  if (text) return { tsigKey: new Secret(text) }
  throw new UsageError(`maestro.failover.driver.key_env: there is no ${keyEnv} in the environment`, {
    hint: `it holds the TSIG key: ${keyEnv}=hmac-sha256:name:secret`,
  })
}

async function assertPrivate(path: string): Promise<void> {
  const what = `the TSIG key ${path} (maestro.failover.driver.key_file)`
  const file = await openPrivateFile(path, { what, uid: process.getuid?.() })
  await file.close()
}
