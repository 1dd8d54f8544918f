import type { Settings } from '../../manifest/settings.ts'
import { reboot } from '../../operations/reboot/operation.ts'
import type { Operation } from '../../plan/operation.ts'

type RebootOptions = { readonly force: boolean; readonly follows: boolean }

/** A restart as the manifest's rollout times it. */
export const rebootFor =
  ({ force, follows }: RebootOptions) =>
  ({ rollout: { downTimeoutMs, upTimeoutMs, readyTimeoutMs, stableTimeMs } }: Settings): Operation =>
    reboot({ force, follows, downTimeoutMs, upTimeoutMs, readyTimeoutMs, stableTimeMs })
