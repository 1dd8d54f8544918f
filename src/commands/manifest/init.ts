import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname, relative, resolve } from 'node:path'
import { type ExitCode, exitCodes, UsageError } from '../../base/errors.ts'
import { printable, printableLines } from '../../base/printable.ts'
import { fromHome } from '../../cli/paths.ts'
import { mayAsk } from '../../cli/terminal.ts'
import { isFree, reasonOf, writeText } from '../../cli/write-file.ts'
import { readAnsible } from '../../inventory/ansible/read-ansible.ts'
import type { Found } from '../../manifest/init/found-server.ts'
import { renderManifest } from '../../manifest/init/render-manifest.ts'
import { parseManifest } from '../../manifest/read/read.ts'
import { resolveManifest } from '../../manifest/resolve/resolve.ts'
import { describeManifest } from '../../report/manifest.ts'
import { hostsInSshConfig } from '../../ssh/config/hosts.ts'
import { askForServers } from './init-prompts.ts'

export interface InitFlags {
  readonly manifest?: string
  readonly fromSshConfig?: string | true
  readonly fromAnsible?: string
  readonly yes?: boolean
}

/**
 * Writes a manifest of the servers that a file or a person names, and says what to do with it. Throws a UsageError when there is
 * nothing to make one of, and a RefusedError rather than replace a file without consent.
 */
export async function initManifest(flags: InitFlags, stop: AbortSignal): Promise<ExitCode> {
  const path = flags.manifest ?? 'Manifest.yml'
  const isNew = await checkTarget(path, flags)
  const found = stop.aborted ? undefined : await findServers(flags, path)
  if (found === undefined || stop.aborted) return stop.reason
  const { text, notes } = renderManifest(found)
  const why = notes.length === 0 ? undefined : notes.join('\n  ')
  if (!text.includes('unique_name:'))
    throw new UsageError(`${found.from} names no server that a manifest could have`, why ? { hint: why } : {})
  const written = parseManifest(path, text)
  await writeText(path, { text, isNew })
  const said = written.environments.map(({ name }) => describeManifest(resolveManifest(written, { environment: name })))
  for (const note of notes) process.stderr.write(printableLines(`note: ${note}\n`))
  process.stdout.write(`${said.join('')}${nextSteps(flags.manifest)}`)
  return exitCodes.ok
}

async function findServers(flags: InitFlags, path: string): Promise<Found | undefined> {
  const { fromSshConfig, fromAnsible } = flags
  if (fromAnsible !== undefined) return ansible(fromAnsible)
  if (fromSshConfig === true) return hostsInSshConfig(undefined, userInfo().homedir)
  if (fromSshConfig === undefined) return askForServers({ ansible })
  const file = resolve(fromHome(fromSshConfig))
  await readText(file)
  const found = await hostsInSshConfig(file, userInfo().homedir)
  return { ...found, from: fromSshConfig, ssh: { config: sourceOf(dirname(resolve(path)), file) } }
}

// What is below the manifest goes where it goes.
function sourceOf(folder: string, file: string): string {
  const below = relative(folder, file)
  return below.startsWith('..') ? file : `./${below}`
}

const ansible = async (path: string) => readAnsible({ path, text: await readText(fromHome(path)), isThere: existsSync })

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new UsageError(`${path} cannot be read: ${reasonOf(cause)}`, { cause })
  }
}

/** Whether there is nothing yet where the manifest is to be; throws where it may not be put there. */
async function checkTarget(path: string, { yes, fromSshConfig, fromAnsible }: InitFlags): Promise<boolean> {
  if (fromSshConfig !== undefined && fromAnsible !== undefined)
    throw new UsageError('--from-ssh-config and --from-ansible are two sources; name one of them')
  if (fromSshConfig === undefined && fromAnsible === undefined && !mayAsk())
    throw new UsageError('no terminal to ask for the servers', {
      hint: 'pass --from-ssh-config [file] or --from-ansible <file>; or write one by hand, as in maestro manifest example',
    })
  return isFree(path, { yes, hint: '--yes replaces it; -m writes to another file' })
}

function nextSteps(manifest: string | undefined): string {
  const flag = manifest === undefined ? '' : ` -m ${printable(manifest)}`
  return `next: maestro doctor${flag}    check this computer and every server\nthen: maestro status${flag}    show what needs patching\n`
}
