import { MaestroError } from '../../errors.ts'
import { LineError } from '../../plan/errors.ts'
import type { Context } from '../../plan/step.ts'
import type { Systemd } from '../../remote/look.ts'

type Wanted = { readonly failedBefore: readonly string[]; readonly timeoutMs: number }

const pollMs = 700

/** Waits until the system has come up whole. Throws a MaestroError that names the units which failed, or that it does not. */
export async function awaitReady(at: Context, { failedBefore, timeoutMs }: Wanted): Promise<void> {
  const sinceMs = at.nowMs()
  let last = 'it gave no answer'
  for (;;) {
    const systemd = await tryLook(at)
    if (systemd !== undefined) {
      const failed = newlyFailed(systemd, failedBefore)
      if (isUp(systemd) && failed.length === 0) return
      last = failed.length > 0 ? `failed: ${failed.join(', ')}` : `systemd says ${systemd.state}`
    }
    at.tell(`up, getting ready: ${last}`)
    if (at.nowMs() - sinceMs >= timeoutMs)
      throw new MaestroError(`came up, but was not ready in ${Math.round(timeoutMs / 1000)} s: ${last}`, {
        hint: 'see `systemctl --failed` and `systemctl list-jobs` there',
      })
    await at.waitMs(pollMs)
  }
}

const isUp = ({ state }: Systemd) => ['running', 'degraded', 'none'].includes(state)

/** Units that have failed and had not before. */
const newlyFailed = ({ failed }: Systemd, before: readonly string[]) => failed.filter((unit) => !before.includes(unit))

async function tryLook(at: Context): Promise<Systemd | undefined> {
  try {
    const { systemd } = await at.look(['systemd'])
    return systemd?.is === 'known' ? systemd.value : undefined
  } catch (error) {
    if (error instanceof LineError) return undefined
    throw error
  }
}
