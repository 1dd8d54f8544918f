import { Command, Option } from 'commander'
import { type ServerFlags, withManifestFlags, withSelectionFlags } from './flags.ts'

type ManifestFlags = Pick<ServerFlags, 'manifest' | 'environment'>
type ListFlags = ServerFlags & { readonly output: 'table' | 'json' }

/** `maestro manifest …`: everything about the file that needs no server. */
export function manifestCommand(): Command {
  return new Command('manifest')
    .summary('check the manifest, list its servers, print an example or the schema')
    .description('Everything about the manifest that needs no server.')
    .addCommand(checkCommand())
    .addCommand(serversCommand())
    .addCommand(exampleCommand())
    .addCommand(schemaCommand())
}

function checkCommand(): Command {
  const command = new Command('check').summary('say everything that is wrong with it')
  return withManifestFlags(command).action(async (flags: ManifestFlags) => {
    const { openEach } = await import('./open-manifest.ts')
    const { describeManifest } = await import('../report/manifest-text.ts')
    for (const manifest of await openEach(flags)) process.stdout.write(describeManifest(manifest))
  })
}

function serversCommand(): Command {
  const command = new Command('servers')
    .summary('list its servers, with their groups and addresses')
    .addOption(new Option('--output <format>', 'how to print it').choices(['table', 'json']).default('table'))
  return withSelectionFlags(command).action(async (flags: ListFlags) => {
    const { openManifest, selectedServers } = await import('./open-manifest.ts')
    const { listServers } = await import('../report/manifest-text.ts')
    const servers = selectedServers(await openManifest(flags), flags)
    process.stdout.write(listServers(servers, flags.output))
  })
}

function exampleCommand(): Command {
  return new Command('example').summary('print a manifest with every key explained').action(async () => {
    const { readFile } = await import('node:fs/promises')
    process.stdout.write(await readFile(new URL('./every-key.yml', import.meta.url)))
  })
}

function schemaCommand(): Command {
  return new Command('schema').summary('print the JSON Schema, for editors').action(async () => {
    const { manifestJsonSchema } = await import('../manifest/json-schema.ts')
    process.stdout.write(`${JSON.stringify(manifestJsonSchema(), null, 2)}\n`)
  })
}
