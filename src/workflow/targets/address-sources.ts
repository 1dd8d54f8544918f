import { MaestroError } from '../../base/errors.ts'
import { checkExecutable } from '../../base/executable.ts'
import { runProgram } from '../../base/spawn.ts'
import { fromHome } from '../../cli/paths.ts'
import type { InventoryHost } from '../../inventory/dynamic.ts'
import type { AddressSources } from '../../inventory/resolve-addresses.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type { ApplicationContext } from '../../plan/application.ts'
import { commandProvider } from '../../provider/command-provider.ts'
import { addressInSshConfig } from '../../ssh/config/ssh-config.ts'

/** Where the servers of a manifest may be when it does not say it itself. */
export function addressSourcesFor({ settings, environment = '' }: Manifest): AddressSources {
  const { config } = settings.ssh
  const { provider } = settings
  return {
    addressInSshConfig: async (name) =>
      config === 'none' ? undefined : addressInSshConfig(name, config && fromHome(config)),
    uid: process.getuid?.(),
    ...(provider && { provided: once(() => providedIn(environment, provider)) }),
  }
}

function once<T>(ask: () => T): () => T {
  let answer: { readonly of: T } | undefined
  return () => {
    answer ??= { of: ask() }
    return answer.of
  }
}

const limitBytes = 16 * 1024 * 1024

/** For what only asks: nothing of it is noted anywhere. */
const runUnjournalled: ApplicationContext['runProgram'] = ({ isJournalled: _, timeoutMs: timeLimitMs, ...program }) =>
  runProgram({ ...program, timeLimitMs, limitBytes })

async function providedIn(
  wanted: string,
  { command, timeoutMs }: NonNullable<Manifest['settings']['provider']>,
): Promise<ReadonlyMap<string, InventoryHost>> {
  await checkExecutable(command, process.getuid?.())
  const machines = await commandProvider({ command, timeoutMs }).list({ runProgram: runUnjournalled })
  const hosts = new Map<string, InventoryHost>()
  for (const { environment, name, address } of machines) {
    if (environment !== wanted || address === undefined) continue
    if (hosts.has(name))
      throw new MaestroError(`${command} list has two machines for ${name}: nobody knows which one is meant`)
    hosts.set(name, { address })
  }
  return hosts
}
