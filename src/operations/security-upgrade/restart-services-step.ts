import * as z from 'zod'
import { MaestroError } from '../../base/errors.ts'
import { unitName } from '../../base/forms.ts'
import { defineStep } from '../../plan/define-step.ts'
import { lazily, list, type Schema, text, word } from '../../plan/schema/schema.ts'
import type { Step } from '../../plan/step.ts'
import type { Verdict } from '../../plan/verdict.ts'
import type { ServerFacts } from '../../remote/facts/facts.ts'

// What these run under, or a session of ours: they go with a reboot.
const never = [
  /^(docker|containerd|dbus|dbus-broker|systemd-logind|systemd-journald|getty@.*|serial-getty@.*|user@.*|ssh|sshd)(\.service)?$/,
  /^maestro-/,
]
const mayRestart = (service: string) => !never.some((pattern) => pattern.test(service))

const units: Schema<readonly string[]> = lazily(() => list(word(unitName)))

/** What was restarted, and what still runs old code. */
type RestartEvidence = { readonly restarted: readonly string[]; readonly due: readonly string[] }

const restartEvidence: Schema<RestartEvidence> = lazily(() => z.strictObject({ restarted: units(), due: list(text()) }))

/** Restarts the services that still run code which an upgrade has replaced; what must not be restarted is named as due. */
export const restartServicesStep: Step = defineStep({
  schemas: { change: units, snapshot: units, evidence: restartEvidence },
  id: 'restart-services',
  effect: 'disrupts',
  facts: ['needrestart'],
  plan,
  exceedsPlan: () => undefined,
  describe: (services) => [`restart ${services.join(', ')}, which runs old code`],
  snapshot: async (_, services) => services,
  status: async (ctx, services) => {
    const stale = staleIn(await ctx.gatherFacts(['needrestart']))
    return stale === undefined ? 'unknown' : services.some((one) => stale.includes(one)) ? 'no' : 'yes'
  },
  apply: async (ctx, services) => {
    ctx.progress(`restarting ${services.join(', ')}`)
    await ctx.run({
      files: ['security-upgrade/restart.sh'],
      inputs: { services: services.join(' ') },
      asRoot: true,
      timeoutMs: 10 * 60_000,
    })
  },
  verify: async (ctx, services) => {
    const stale = staleIn(await ctx.gatherFacts(['needrestart']))
    if (stale === undefined) throw new MaestroError('the services that run old code are unknown')
    const left = services.filter((one) => stale.includes(one))
    if (left.length > 0)
      throw new MaestroError(`${left.join(', ')} still runs old code after a restart`, {
        hint: `see \`systemctl status ${left[0]}\``,
      })
    return { restarted: services, due: stale }
  },
})

function staleIn({ needrestart }: ServerFacts): readonly string[] | undefined {
  return needrestart?.status === 'known' && needrestart.value.hasTool ? needrestart.value.services : undefined
}

function plan(facts: ServerFacts): Verdict<readonly string[]> {
  const { needrestart } = facts
  // It is a courtesy after the upgrade: where it cannot be told, the upgrade itself is no less done.
  if (needrestart?.status !== 'known')
    return {
      status: 'not-due',
      why: `the services that run old code are unknown: ${needrestart?.why ?? 'it was not gathered'}`,
    }
  if (!needrestart.value.hasTool)
    return { status: 'not-due', why: 'needrestart is not installed, which tells the services that run old code' }
  const due = needrestart.value.services.filter(mayRestart)
  if (due.length > 0) return { status: 'due', change: due }
  return { status: 'done', why: 'no service that may be restarted runs old code' }
}
