import { MaestroError } from '../../base/errors.ts'
import type { Step } from '../../plan/step.ts'
import type { Verdict } from '../../plan/verdict.ts'
import type { Look } from '../../remote/facts/facts.ts'

// What these run under, or a session of ours: they go with a reboot.
const never = [
  /^(docker|containerd|dbus|dbus-broker|systemd-logind|systemd-journald|getty@.*|serial-getty@.*|user@.*|ssh|sshd)(\.service)?$/,
  /^maestro-/,
]
const mayRestart = (service: string) => !never.some((pattern) => pattern.test(service))

/** Restarts the services that still run code which an upgrade has replaced; what must not be restarted is named as due. */
export const servicesStep: Step<readonly string[], readonly string[]> = {
  id: 'restart-services',
  effect: 'disrupts',
  parts: ['libraries'],
  foresee,
  drift: () => undefined,
  describe: (services) => [`restart ${services.join(', ')}, which runs old code`],
  before: async (_, services) => services,
  settled: async (at, services) => {
    const stale = staleIn(await at.look(['libraries']))
    return stale === undefined ? 'unknown' : services.some((one) => stale.includes(one)) ? 'no' : 'yes'
  },
  act: async (at, services) => {
    at.tell(`restarting ${services.join(', ')}`)
    await at.ask({
      files: ['security-upgrade/restart.sh'],
      inputs: { services: services.join(' ') },
      asRoot: true,
      timeoutMs: 10 * 60_000,
    })
  },
  prove: async (at, services) => {
    const stale = staleIn(await at.look(['libraries']))
    if (stale === undefined) throw new MaestroError('which services run old code cannot be told')
    const left = services.filter((one) => stale.includes(one))
    if (left.length > 0)
      throw new MaestroError(`${left.join(', ')} still runs old code after a restart`, {
        hint: `see \`systemctl status ${left[0]}\``,
      })
    return { restarted: services, due: stale }
  },
}

function staleIn({ libraries }: Look): readonly string[] | undefined {
  return libraries?.is === 'known' && libraries.value.hasTool ? libraries.value.services : undefined
}

function foresee(look: Look): Verdict<readonly string[]> {
  const { libraries } = look
  // It is a courtesy after the upgrade: where it cannot be told, the upgrade itself is no less done.
  if (libraries?.is !== 'known')
    return { is: 'not-due', why: `which services run old code cannot be told: ${libraries?.why ?? 'nobody asked'}` }
  if (!libraries.value.hasTool)
    return { is: 'not-due', why: 'needrestart is not installed, which tells the services that run old code' }
  const due = libraries.value.services.filter(mayRestart)
  if (due.length > 0) return { is: 'due', what: due }
  return { is: 'done', why: 'no service that may be restarted runs old code' }
}
