import { reboot } from '../../../../src/operations/reboot/operation.ts'
import { DisconnectedError } from '../../../../src/plan/errors.ts'
import { buildFacts, known } from '../../builders/build-facts.ts'
import { buildServer } from '../../builders/build-server.ts'
import type { MemoryServer } from '../memory-server.ts'
import type { OperationModel } from './operation-model.ts'

type Machine = { boots: number; isFlagged: boolean; armed: number }

const systemd = known({ state: 'running', canRunUnits: true, failed: [], inhibitors: [] })

const identity = { machineId: 'a'.repeat(32), init: 'systemd', initStartTicks: 1, uptimeSeconds: 9, hostname: 'here' }
const bootIdOf = ({ boots }: Machine) => `${String(boots).padStart(8, '0')}-0000-4000-8000-000000000000`

/** It answers once more after it was armed, is away for one question, and comes up as another boot. */
export function fakeRebootServer(name: string): MemoryServer {
  const machine: Machine = { boots: 1, isFlagged: true, armed: 0 }

  function passTime(): void {
    if (machine.armed === 0) return
    machine.armed -= 1
    if (machine.armed === 1) throw new DisconnectedError('the connection was lost')
    if (machine.armed > 0) return
    machine.boots += 1
    machine.isFlagged = false
  }

  return {
    server: buildServer(name),
    facts: () =>
      buildFacts({
        identity: known({ ...identity, bootId: bootIdOf(machine) }),
        systemd,
        reboot: known({ ...flag, isSet: machine.isFlagged }),
      }),
    state: () => structuredClone(machine),
    answer: ({ files }) => {
      switch (files.at(-1)) {
        case 'reboot/preflight.sh':
          return {}
        case 'reboot/schedule.sh':
          machine.armed = 4
          return { armed_by: 'systemd' }
        case 'reboot/status.sh':
          passTime()
          return {
            machine_id: identity.machineId,
            boot_id: bootIdOf(machine),
            armed: machine.armed > 0 ? 'yes' : 'no',
            stopping: 'no',
          }
        default:
          return undefined
      }
    },
  }
}

const flag = { packages: ['linux-image'], since: undefined, hasSetter: true }

export const rebootOptions = {
  force: false,
  follows: false,
  downTimeoutMs: 60_000,
  upTimeoutMs: 60_000,
  readyTimeoutMs: 60_000,
  stableTimeMs: 1_000,
}

/** A reboot of which only the boot id shows the end. */
export const rebootModels: readonly OperationModel[] = [
  { operation: () => reboot(rebootOptions), servers: () => [fakeRebootServer('web-1'), fakeRebootServer('web-2')] },
]
