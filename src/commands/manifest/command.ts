import { Command, Option } from 'commander'
import { type OnSignals, type ServerFlags, withManifestFlags, withSelectionFlags } from '../../cli/flags.ts'
import type { ImportFlags } from './import-services.ts'
import type { InitFlags } from './init.ts'
import type { SchemaFlags } from './schema.ts'
import type { ServersFlags } from './servers.ts'

type ManifestFlags = Pick<ServerFlags, 'manifest' | 'environment'>

/** `maestro manifest …`: everything about the file that needs no server. */
export function manifestCommand(onSignals: OnSignals): Command {
  return new Command('manifest')
    .summary(
      'write a manifest to begin with, clone an environment, take over a service.yml, check it, list its servers, print an example or the schema',
    )
    .description('Everything about the manifest that needs no server.')
    .addCommand(initCommand(onSignals))
    .addCommand(cloneCommand())
    .addCommand(importServicesCommand(onSignals))
    .addCommand(checkCommand())
    .addCommand(serversCommand())
    .addCommand(exampleCommand())
    .addCommand(schemaCommand())
}

function initCommand(onSignals: OnSignals): Command {
  return new Command('init')
    .summary('write a manifest to begin with, from your answers, an ssh config or an Ansible inventory')
    .description(
      'Writes a commented manifest that names your servers. At a terminal it asks for them; elsewhere it has to be told where ' +
        'they are listed. Contacts no server, and replaces no file unless you agree.',
    )
    .option('-m, --manifest <file>', 'where to write it (else Manifest.yml in this folder)')
    .option(
      '--from-ssh-config [file]',
      'take the hosts of an ssh config (else your own); they keep their addresses there',
    )
    .option('--from-ansible <file>', 'take the hosts and groups of an Ansible inventory, INI or YAML')
    .option('-y, --yes', 'replace a manifest that is there')
    .addHelpText(
      'after',
      '\nExamples:\n  maestro manifest init\n  maestro manifest init --from-ansible inventory.ini\n  maestro manifest init --from-ssh-config ./ssh_config',
    )
    .action(async (flags: InitFlags) => {
      const { initManifest } = await import('../actions.ts')
      await onSignals((stop) => initManifest(flags, stop))
    })
}

function cloneCommand(): Command {
  return new Command('clone')
    .summary('add a second environment with the components of another')
    .description(
      'Adds an environment with the components, configurations and servers of another one to the end of the manifest. Its servers ' +
        'have no addresses yet, for they are other machines; the rest of the file stays as it is.',
    )
    .argument('<environment>', 'the one that is there')
    .argument('<new>', 'the name of the second one')
    .option('-m, --manifest <file>', 'the manifest (else MAESTRO_MANIFEST, else Manifest.yml here or above)')
    .addHelpText('after', '\nExample:\n  maestro manifest clone production production-b')
    .action(async (from: string, to: string, flags: Pick<ManifestFlags, 'manifest'>) => {
      const { cloneInManifest } = await import('../actions.ts')
      await cloneInManifest({ ...flags, from, to })
    })
}

function importServicesCommand(onSignals: OnSignals): Command {
  return new Command('import-services')
    .summary('write a compose file of a service.yml of Cloud 66')
    .description(
      'Writes a compose file with all of a service.yml that can be said in one, and lists what cannot, also at its head. ' +
        'Contacts no server, and replaces no file unless you agree.',
    )
    .argument('<service.yml>', 'the services as Cloud 66 has them')
    .option('--file <file>', 'where to write it (compose.yml)')
    .option('--project <name>', 'what Compose calls the whole (the name of the folder)')
    .option('-y, --yes', 'replace a file that is there')
    .addHelpText('after', '\nExample:\n  maestro manifest import-services .cloud66/service.yml')
    .action(async (path: string, flags: ImportFlags) => {
      const { importServicesFrom } = await import('../actions.ts')
      await onSignals(() => importServicesFrom(path, flags))
    })
}

function checkCommand(): Command {
  const command = new Command('check').summary('say everything that is wrong with it')
  return withManifestFlags(command).action(async (flags: ManifestFlags) => {
    const { describeManifest, openEach } = await import('../actions.ts')
    for (const manifest of await openEach(flags)) process.stdout.write(describeManifest(manifest))
  })
}

function serversCommand(): Command {
  const command = new Command('servers')
    .summary('list its servers, with their groups and addresses')
    .addOption(new Option('--output <format>', 'how to print it').choices(['table', 'json']).default('table'))
  return withSelectionFlags(command).action(async (flags: ServersFlags) => {
    const { printServers } = await import('../actions.ts')
    await printServers(flags)
  })
}

function exampleCommand(): Command {
  return new Command('example').summary('print a manifest with every key explained').action(async () => {
    const { readFile } = await import('node:fs/promises')
    process.stdout.write(await readFile(new URL('./every-key.yml', import.meta.url)))
  })
}

function schemaCommand(): Command {
  return new Command('schema')
    .summary('print the JSON Schema, for editors')
    .option('--provider', 'that of what a program of maestro.provider is told, and what it must print')
    .option('--events', 'that of a line of --output json, and of the journal of a run')
    .action(async (flags: SchemaFlags) => {
      const { jsonSchemaFor } = await import('./schema.ts')
      process.stdout.write(`${JSON.stringify(jsonSchemaFor(flags), null, 2)}\n`)
    })
}
