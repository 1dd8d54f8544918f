import { Command } from 'commander'
import {
  type OnSignals,
  optionGroups,
  type ServerFlags,
  withFormatFlag,
  withManifestFlags,
  withSelectionFlags,
} from '../../cli/flags.ts'
import type { ImportFlags } from './import-services.ts'
import type { InitFlags } from './init.ts'
import type { SchemaFlags } from './schema.ts'
import type { ServersFlags } from './servers.ts'

type ManifestFlags = Pick<ServerFlags, 'manifest' | 'environment'>

/** `maestro manifest …`: works on the file, and contacts no server. */
export function manifestCommand(onSignals: OnSignals): Command {
  return new Command('manifest')
    .summary('create, check, convert and list manifests')
    .description('Work on the manifest. No command here contacts a server.')
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
    .summary('create a manifest from answers, an ssh config or an Ansible inventory')
    .description(
      'Write a commented manifest that lists your servers. At a terminal, ask for them; otherwise one of the --from options is ' +
        'required. Contact no server, and replace no file without consent.',
    )
    .option(
      '--from-ssh-config [file]',
      'read hosts from an ssh config (default: your own), which keeps their addresses',
    )
    .option('--from-ansible <file>', 'read hosts and groups from an Ansible inventory (INI or YAML)')
    .option('-y, --yes', 'replace an existing manifest without asking')
    .optionsGroup(optionGroups.target)
    .option('-m, --manifest <file>', 'file to write (default: Manifest.yml in this folder)')
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
    .summary('add an environment with the components of another one')
    .description(
      'Append an environment with the components, configurations and servers of another one to the manifest. Its servers ' +
        'have no addresses yet, because they are other machines. The rest of the file is unchanged.',
    )
    .argument('<environment>', 'existing environment')
    .argument('<new>', 'name of the new environment')
    .optionsGroup(optionGroups.target)
    .option(
      '-m, --manifest <file>',
      'manifest file (default: MAESTRO_MANIFEST, else Manifest.yml in this or a parent folder)',
    )
    .addHelpText('after', '\nExample:\n  maestro manifest clone production production-b')
    .action(async (from: string, to: string, flags: Pick<ManifestFlags, 'manifest'>) => {
      const { cloneInManifest } = await import('../actions.ts')
      await cloneInManifest({ ...flags, from, to })
    })
}

function importServicesCommand(onSignals: OnSignals): Command {
  return new Command('import-services')
    .summary('convert a service.yml of Cloud 66 to a compose file')
    .description(
      'Write a compose file with everything in a service.yml that Compose can express. List the rest, also at the top of the ' +
        'file. Contact no server, and replace no file without consent.',
    )
    .argument('<service.yml>', 'services file of Cloud 66')
    .option('--file <file>', 'file to write (default: compose.yml)')
    .option('--project <name>', 'project name for Compose (default: name of the folder)')
    .option('-y, --yes', 'replace an existing file without asking')
    .addHelpText('after', '\nExample:\n  maestro manifest import-services .cloud66/service.yml')
    .action(async (path: string, flags: ImportFlags) => {
      const { importServicesFrom } = await import('../actions.ts')
      await onSignals(() => importServicesFrom(path, flags))
    })
}

function checkCommand(): Command {
  const command = new Command('check').summary('report every error in a manifest')
  return withManifestFlags(command).action(async (flags: ManifestFlags) => {
    const { describeManifest, loadEach } = await import('../actions.ts')
    for (const manifest of await loadEach(flags)) process.stdout.write(describeManifest(manifest))
  })
}

function serversCommand(): Command {
  const command = new Command('servers').summary('list the servers with their groups and addresses')
  return withFormatFlag(withSelectionFlags(command)).action(async (flags: ServersFlags) => {
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
    .option('--provider', 'print the schema of what maestro.provider gets and must print')
    .option('--events', 'print the schema of a line of --output json and of the journal of a run')
    .action(async (flags: SchemaFlags) => {
      const { jsonSchemaFor } = await import('./schema.ts')
      process.stdout.write(`${JSON.stringify(jsonSchemaFor(flags), null, 2)}\n`)
    })
}
