import { combined } from '../../../../src/operations/combined.ts'
import { dockerUpgrade } from '../../../../src/operations/docker-upgrade/operation.ts'
import { reboot } from '../../../../src/operations/reboot/operation.ts'
import type { ServerFacts } from '../../../../src/remote/facts/facts.ts'
import { options } from '../../builders/build-docker-facts.ts'
import { aServer, type MemoryServer } from '../run-world.ts'
import { dockerServer } from './docker-upgrade.ts'
import type { Model } from './operation-model.ts'
import { rebootOptions, rebootServer } from './reboot.ts'
import { securityOperation, securityServer } from './security-upgrade.ts'

const known = <T>(value: T) => ({ status: 'known', value }) as const

/** Only what was upgraded asks for the restart. */
function patchedServer(name: string): MemoryServer {
  const upgraded = securityServer(name)
  const restarted = rebootServer(name)
  return {
    server: aServer(name),
    look: () => {
      const look = { ...upgraded.look(), ...ofTheBoot(restarted.look()) }
      const isPending = look.security?.status === 'known' && look.security.value.packages.length > 0
      return isPending ? { ...look, reboot: known(unset) } : look
    },
    answer: (script) => upgraded.answer(script) ?? restarted.answer(script),
    state: () => [upgraded.state(), restarted.state()],
  }
}

const ofTheBoot = ({ identity, reboot, systemd = known(up) }: ServerFacts) => ({
  ...(identity && { identity }),
  ...(reboot && { reboot }),
  systemd,
})

const up = { state: 'running', canRunUnits: true, failed: [], inhibitors: [] }
const unset = { isSet: false, packages: [], since: undefined, hasSetter: true }

/** Neither knows what the other is asked. */
function wholeServer(name: string): MemoryServer {
  const docked = dockerServer(name, { isInterrupted: false, hasRepository: true })
  const patched = patchedServer(name)
  const ofDocker = ({ docker, engine, candidates }: ServerFacts) => ({
    ...(docker && { docker }),
    ...(engine && { engine }),
    ...(candidates && { candidates }),
  })
  return {
    server: aServer(name),
    look: () => ({ ...patched.look(), ...ofDocker(docked.look()) }),
    answer: (script) => {
      const isOfDocker =
        script.inputs?.job_step?.startsWith('docker-') || script.files.at(-1)?.startsWith('docker-upgrade/')
      return isOfDocker ? docked.answer(script) : patched.answer(script)
    },
    state: () => [docked.state(), patched.state()],
  }
}

const whole = () =>
  combined('deploy', [securityOperation(), dockerUpgrade(options()), reboot({ ...rebootOptions, follows: true })])

const operation = () => combined('deploy', [securityOperation(), reboot({ ...rebootOptions, follows: true })])

/** Upgrades and one restart in one pass, without and with Docker. */
export const deployModels: readonly Model[] = [
  { operation, servers: () => [patchedServer('web-1'), patchedServer('web-2')] },
  { operation: whole, servers: () => [wholeServer('web-1'), wholeServer('web-2')] },
]
