import type { ServerFlags } from '../../cli/flags.ts'
import { printEvent } from '../../cli/json-output.ts'
import { manifestServerEvent, renderServers } from '../../report/manifest.ts'
import { loadManifest, selectedServers } from '../../workflow/targets/load-manifest.ts'

export type ServersFlags = ServerFlags & { readonly output: 'table' | 'json' }

/** Prints the servers of a manifest. */
export async function printServers(flags: ServersFlags): Promise<void> {
  const servers = selectedServers(await loadManifest(flags), flags)
  if (flags.output === 'json') for (const one of servers) printEvent(manifestServerEvent(one))
  else process.stdout.write(renderServers(servers))
}
