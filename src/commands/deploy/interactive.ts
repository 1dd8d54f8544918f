import { RefusedError, UsageError } from '../../base/errors.ts'
import { askSome } from '../../cli/prompts.ts'
import { mayAsk } from '../../cli/terminal.ts'
import { quote } from '../../remote/quote.ts'
import { loadManifest } from '../../workflow/targets/load-manifest.ts'
import type { DeployFlags } from './flags.ts'

const options = [
  { name: 'Install the security upgrades that are due', value: 'security-upgrades', checked: true },
  { name: 'Bring Docker to the version of the manifest', value: 'docker-upgrades', checked: false },
  { name: 'Restart servers that require it', value: 'reboot', checked: true },
  { name: "Roll out the application's services", value: 'services', checked: false },
] as const

/** "Deploy with options" as questions; prints the command that does the same. */
export async function askWhatToDeploy(flags: DeployFlags): Promise<DeployFlags> {
  if (!mayAsk())
    throw new UsageError('--interactive needs a terminal', {
      hint: 'name what to do: --security-upgrades, --docker-upgrades, --reboot',
    })
  const wanted = answered(await askSome('What is to be done?', options))
  const groups = flags.group === undefined && flags.server === undefined ? await askGroups(flags) : []
  const typed = process.argv.slice(2).filter((word) => word !== '--interactive')
  const asked = [...wanted.map((name) => `--${name}`), ...groups.flatMap((name) => ['--group', name])]
  process.stderr.write(`the same without questions: maestro ${[...typed, ...asked].map(asTyped).join(' ')}\n`)
  return {
    ...flags,
    securityUpgrades: wanted.includes('security-upgrades'),
    dockerUpgrades: wanted.includes('docker-upgrades'),
    reboot: wanted.includes('reboot'),
    services: wanted.includes('services'),
    ...(groups.length === 0 ? {} : { group: groups }),
  }
}

/** The groups that a person ticks; none where that is all of them. */
async function askGroups(flags: DeployFlags): Promise<readonly string[]> {
  const { manifest } = await loadManifest(flags)
  const groups = manifest.groups.filter(({ serverNames }) => serverNames.length > 0).map(({ name }) => name)
  if (groups.length < 2) return []
  const choices = groups.map((name) => ({ name, value: name, checked: true }))
  const chosen = answered(await askSome('On which groups?', choices))
  if (chosen.length === 0) throw new UsageError('no group was chosen')
  return chosen.length === groups.length ? [] : chosen
}

function answered(answer: readonly string[] | undefined): readonly string[] {
  if (answer === undefined) throw new RefusedError('not answered: nothing was changed')
  return answer
}

const asTyped = (word: string) => (/^[\w./:@%=,-]+$/.test(word) ? word : quote(word))
