import { joined } from '../../../src/operations/joined.ts'
import { reboot } from '../../../src/operations/reboot.ts'
import type { Look } from '../../../src/remote/look.ts'
import { aServer, type MemoryServer } from '../in-memory.ts'
import type { Model } from './model.ts'
import { rebootOptions, rebootServer } from './reboot.ts'
import { securityOperation, securityServer } from './security.ts'

const known = <T>(value: T) => ({ is: 'known', value }) as const

/** Only what was upgraded asks for the restart. */
function patchedServer(name: string): MemoryServer {
  const upgraded = securityServer(name)
  const restarted = rebootServer(name)
  return {
    server: aServer(name),
    look: () => {
      const look = { ...upgraded.look(), ...ofTheBoot(restarted.look()) }
      const isPending = look.security?.is === 'known' && look.security.value.packages.length > 0
      return isPending ? { ...look, reboot: known(unset) } : look
    },
    answer: (script) => upgraded.answer(script) ?? restarted.answer(script),
    state: () => [upgraded.state(), restarted.state()],
  }
}

const ofTheBoot = ({ identity, reboot, systemd = known(up) }: Look) => ({
  ...(identity && { identity }),
  ...(reboot && { reboot }),
  systemd,
})

const up = { state: 'running', canRunUnits: true, failed: [], inhibitors: [] }
const unset = { isSet: false, packages: [], since: undefined, hasSetter: true }

const operation = () => joined('deploy', [securityOperation(), reboot({ ...rebootOptions, follows: true })])

/** Upgrades and one restart in one pass. */
export const deployModels: readonly Model[] = [
  { operation, servers: () => [patchedServer('web-1'), patchedServer('web-2')] },
]
