import { accessSync, constants, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { MaestroError } from '../../base/errors.ts'
import { checkExecutable } from '../../base/executable.ts'
import { allChanges, errorFinding, everything, type Finding, okFinding, warningFinding } from '../../checks/finding.ts'
import { runsFolder } from '../../cli/paths.ts'
import { mayAsk } from '../../cli/terminal.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import { hookKeys, hookNames } from '../../manifest/settings.ts'
import type { Targets } from '../../workflow/targets/targets.ts'
import { output } from './command-output.ts'
import { checkLocalSsh } from './local-ssh-checks.ts'

/** Everything that the commands need of this computer, as findings. Changes nothing. */
export async function checkController({ manifest, title }: Targets): Promise<readonly Finding[]> {
  return [
    nodeCheck(),
    okFinding('manifest', title),
    ...(await programChecks(manifest)),
    ...(await failoverChecks(manifest)),
    ...(await checkLocalSsh(manifest.settings.ssh)),
    terminalCheck(),
    journalCheck(),
    ...(await clockChecks()),
  ]
}

const oldestNode = [20, 19] as const

function nodeCheck(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isOld = major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])
  if (!isOld) return okFinding('node', `Node ${process.version}`)
  return errorFinding('node', `Node ${process.version} is older than ${oldestNode.join('.')}`, {
    stops: everything,
    fix: 'install a current version of Node',
  })
}

async function programChecks({ path, settings }: Manifest): Promise<readonly Finding[]> {
  const { inventory, hooks, provider, failover } = settings
  const driver = failover?.driver.kind === 'command' ? failover.driver.command : undefined
  const programs = [
    ['inventory', inventory],
    ...hookNames.map((name) => [`hooks.${hookKeys[name]}`, hooks[name]] as const),
    ['provider.command', provider?.command],
    ['failover.driver.command', driver],
  ] as const
  const named = programs.flatMap(([key, program]) => (program === undefined ? [] : [{ key, program }]))
  return Promise.all(named.map(({ key, program }) => programCheck(`maestro.${key}`, resolve(dirname(path), program))))
}

async function programCheck(key: string, program: string): Promise<Finding> {
  try {
    await checkExecutable(program, process.getuid?.())
    return okFinding('manifest', `${key} ${program} is executable`)
  } catch (error) {
    if (!(error instanceof MaestroError)) throw error
    return errorFinding('manifest', `${key}: ${error.message}`, {
      stops: ['every command that runs it'],
      fix: error.hint,
    })
  }
}

async function failoverChecks({ settings: { failover } }: Manifest): Promise<readonly Finding[]> {
  if (failover?.driver.kind !== 'rfc2136') return []
  const version = await output('nsupdate', ['-V'])
  if (version !== undefined) return [okFinding('manifest', `failover: ${version}`)]
  return [
    errorFinding('manifest', 'failover: nsupdate is not installed on this computer', {
      stops: ['failover switch', 'failover rollback'],
      fix: 'apt-get install bind9-dnsutils',
    }),
  ]
}

function terminalCheck(): Finding {
  if (mayAsk()) return okFinding('terminal', 'interactive')
  return okFinding('terminal', 'not interactive: unknown host keys are refused, encrypted key files are not used')
}

function journalCheck(): Finding {
  const folder = runsFolder()
  try {
    accessSync(nearest(folder), constants.W_OK)
    return okFinding('journal', folder)
  } catch {
    return errorFinding('journal', `${folder} is not writable`, {
      stops: allChanges,
      fix: 'set XDG_STATE_HOME to a writable folder',
    })
  }
}

// The first run creates the folder; until then its nearest parent must be writable.
function nearest(folder: string): string {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder
  return dirname(folder) === folder ? folder : nearest(dirname(folder))
}

// Only systemd knows; without it, the clocks of the servers show a deviation.
async function clockChecks(): Promise<readonly Finding[]> {
  const answer = await output('timedatectl', ['show', '--property=NTPSynchronized', '--value'])
  if (answer === 'yes') return [okFinding('clock', 'synchronized by NTP')]
  return answer === 'no'
    ? [warningFinding('clock', 'the clock of this computer is not synchronized by NTP', 'timedatectl set-ntp true')]
    : []
}
