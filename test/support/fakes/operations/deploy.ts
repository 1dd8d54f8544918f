import { combined } from '../../../../src/operations/combined.ts'
import { dockerUpgrade } from '../../../../src/operations/docker-upgrade/operation.ts'
import { reboot } from '../../../../src/operations/reboot/operation.ts'
import type { ServerFacts } from '../../../../src/remote/facts/facts.ts'
import { buildUpgradeOptions } from '../../builders/build-docker-facts.ts'
import { known } from '../../builders/build-facts.ts'
import { buildServer } from '../../builders/build-server.ts'
import type { MemoryServer } from '../memory-server.ts'
import { fakeDockerServer } from './docker-upgrade.ts'
import type { OperationModel } from './operation-model.ts'
import { fakeRebootServer, rebootOptions } from './reboot.ts'
import { fakeSecurityServer, securityOperation } from './security-upgrade.ts'

/** Only what was upgraded asks for the restart. */
function patchedServer(name: string): MemoryServer {
  const upgraded = fakeSecurityServer(name)
  const restarted = fakeRebootServer(name)
  return {
    server: buildServer(name),
    facts: () => {
      const look = { ...upgraded.facts(), ...ofTheBoot(restarted.facts()) }
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
  const docked = fakeDockerServer(name, { isInterrupted: false, hasRepository: true })
  const patched = patchedServer(name)
  const ofDocker = ({ docker, engine, candidates }: ServerFacts) => ({
    ...(docker && { docker }),
    ...(engine && { engine }),
    ...(candidates && { candidates }),
  })
  return {
    server: buildServer(name),
    facts: () => ({ ...patched.facts(), ...ofDocker(docked.facts()) }),
    answer: (script) => {
      const isOfDocker =
        script.inputs?.job_step?.startsWith('docker-') || script.files.at(-1)?.startsWith('docker-upgrade/')
      return isOfDocker ? docked.answer(script) : patched.answer(script)
    },
    state: () => [docked.state(), patched.state()],
  }
}

const whole = () =>
  combined('deploy', [
    securityOperation(),
    dockerUpgrade(buildUpgradeOptions()),
    reboot({ ...rebootOptions, follows: true }),
  ])

const operation = () => combined('deploy', [securityOperation(), reboot({ ...rebootOptions, follows: true })])

/** Upgrades and one restart in one pass, without and with Docker. */
export const deployModels: readonly OperationModel[] = [
  { operation, servers: () => [patchedServer('web-1'), patchedServer('web-2')] },
  { operation: whole, servers: () => [wholeServer('web-1'), wholeServer('web-2')] },
]
