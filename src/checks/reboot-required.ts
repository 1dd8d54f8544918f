import { compareVersions } from '../remote/debian-version.ts'
import type { Fact, ServerFacts } from '../remote/facts/facts.ts'
import type { Kernel } from '../remote/facts/kernel.ts'
import type { Needrestart } from '../remote/facts/needrestart.ts'
import type { RebootFlag } from '../remote/facts/reboot.ts'

/** Whether a server requires a reboot. `reasons` are those for yes, or the unknown facts for unknown; empty for no. */
export interface RebootRequired {
  readonly due: 'yes' | 'no' | 'unknown'
  readonly reasons: readonly string[]
  /** Epoch seconds by the server's clock of the oldest reason, where it is known. */
  readonly since: number | undefined
}

type Signal = { readonly due: RebootRequired['due']; readonly why: string; readonly since?: number | undefined }

const no: Signal = { due: 'no', why: '' }

/**
 * Yes when any source says yes, for each of them misses some cases; no only when both the flag and the kernels could be
 * read. needrestart adds to them where it is installed.
 * `operations/reboot/packages-needing-reboot.ts` only predicts it for a plan; `boot-snapshot.ts` there checks that a reboot was enough.
 */
export function rebootRequired({ reboot, kernel, needrestart }: ServerFacts): RebootRequired {
  const all = [
    ...signalsOf('the reboot flag', reboot, (flag) => [fromFlag(flag, hasNeedrestart(needrestart))]),
    ...signalsOf('the kernels', kernel, (value) => [fromKernel(value), fromRebuiltKernel(value)]),
    ...(needrestart?.status === 'known' ? fromNeedrestart(needrestart.value, kernel) : []),
  ]
  const due = (['yes', 'unknown'] as const).find((answer) => all.some((one) => one.due === answer)) ?? 'no'
  const saying = all.filter((one) => one.due === due && due !== 'no')
  const since = saying.flatMap((one) => (due === 'yes' && one.since !== undefined ? [one.since] : []))
  return { due, reasons: saying.map(({ why }) => why), since: since.length === 0 ? undefined : Math.min(...since) }
}

function signalsOf<T>(
  name: string,
  fact: Fact<T> | undefined,
  say: (value: T) => readonly Signal[],
): readonly Signal[] {
  if (fact === undefined) return [{ due: 'unknown', why: `${name} unknown: not gathered` }]
  return fact.status === 'known' ? say(fact.value) : [{ due: 'unknown', why: `${name} unknown: ${fact.why}` }]
}

const hasNeedrestart = (libraries: Fact<Needrestart> | undefined) =>
  libraries?.status === 'known' && libraries.value.hasTool

function fromFlag({ isSet, packages, since, hasSetter }: RebootFlag, hasOther: boolean): Signal {
  if (isSet)
    return { due: 'yes', why: packages.length === 0 ? 'reboot flag set' : `required by ${packages.join(', ')}`, since }
  if (hasSetter || hasOther) return no
  return {
    due: 'unknown',
    why: 'no installed package sets the reboot flag (install needrestart or unattended-upgrades)',
  }
}

/** A kernel from outside (container, own build) has no newer one here; a pinned one is the admin's choice. */
function fromKernel({ running, newest, newestSince, pinned }: Kernel): Signal {
  const next = pinned === undefined ? newest : pinned.release
  const isNewer = (release: string | undefined) => release !== undefined && compareVersions(release, running) > 0
  if (next !== undefined && isNewer(next)) {
    return {
      due: 'yes',
      why: `runs kernel ${running}, ${next} is installed`,
      since: next === newest ? newestSince : undefined,
    }
  }
  if (next === undefined && pinned !== undefined && isNewer(newest)) {
    return {
      due: 'unknown',
      why: `kernel ${newest} is installed, but the boot loader is set to start "${pinned.words}"`,
    }
  }
  return no
}

function fromRebuiltKernel({ running, rebuilt }: Kernel): Signal {
  if (rebuilt === undefined || compareVersions(rebuilt.installed, rebuilt.running) <= 0) return no
  return { due: 'yes', why: `runs kernel ${running} of package ${rebuilt.running}, ${rebuilt.installed} is installed` }
}

// Restarting these alone breaks logins, the bus or every container: only a reboot replaces them.
const stubborn = /^(dbus|dbus-broker|systemd-manager|systemd-logind|docker|containerd)(\.service)?$/

function fromNeedrestart(
  { kernel: state, services }: Needrestart,
  kernel: Fact<Kernel> | undefined,
): readonly Signal[] {
  const isOwnKernel =
    kernel?.status !== 'known' || (kernel.value.newest !== undefined && kernel.value.pinned === undefined)
  const isKernelDue = isOwnKernel && (state === 'abi-upgrade' || state === 'version-upgrade')
  const old = services.filter((name) => stubborn.test(name))
  return [
    isKernelDue ? { due: 'yes', why: 'needrestart: a kernel upgrade is pending' } : no,
    old.length > 0 ? { due: 'yes', why: `on old libraries: ${old.join(', ')}` } : no,
  ]
}
