import { FieldError, optional, wholeNumber } from '../fields.ts'
import { lastLine } from '../last-line.ts'
import type { Fields } from '../response.ts'
import { makeScript } from '../script.ts'
import { readCandidates } from './candidates.ts'
import { readCompose } from './compose.ts'
import { readDisk } from './disk.ts'
import { readDocker } from './docker.ts'
import { readDpkg } from './dpkg.ts'
import { readEngine } from './engine.ts'
import type { Fact, FactName, ServerFacts } from './facts.ts'
import { readHaproxy } from './haproxy.ts'
import { readIdentity } from './identity.ts'
import { readKernel } from './kernel.ts'
import { readMaestro } from './maestro.ts'
import { readMesh } from './mesh.ts'
import { readNeedrestart } from './needrestart.ts'
import { readPeriodic } from './periodic.ts'
import { readReboot } from './reboot.ts'
import { readSecurity } from './security.ts'
import { readSystem } from './system.ts'
import { readSystemd } from './systemd.ts'
import { readTools } from './tools.ts'
import { readUnattended } from './unattended.ts'
import { readUpgrades } from './upgrades.ts'
import { readWeave } from './weave.ts'

/** What some parts are to look by: `pins` of `security`. */
export type FactInputs = Readonly<Record<string, string>>

export { parseResponse, ResponseError } from '../response.ts'

type Value<Part extends FactName> = Extract<NonNullable<ServerFacts[Part]>, { status: 'known' }>['value']
type Readers = { readonly [Part in FactName]: (facts: Fields) => Value<Part> }

const readers: Readers = {
  identity: readIdentity,
  system: readSystem,
  kernel: readKernel,
  reboot: readReboot,
  needrestart: readNeedrestart,
  upgrades: readUpgrades,
  unattended: readUnattended,
  periodic: readPeriodic,
  security: readSecurity,
  engine: readEngine,
  candidates: readCandidates,
  dpkg: readDpkg,
  disk: readDisk,
  docker: readDocker,
  weave: readWeave,
  compose: readCompose,
  mesh: readMesh,
  maestro: readMaestro,
  tools: readTools,
  systemd: readSystemd,
  haproxy: readHaproxy,
}

/** The script that looks at these parts, for the stdin of `sh -s`. */
export function factsScript(parts: readonly FactName[], nonce: string, inputs: FactInputs = {}): string {
  return makeScript({
    files: [
      ...['lib/docker-cli.sh', 'lib/docker-source.sh', 'lib/read-apt.sh', 'lib/apt-pins.sh'],
      ...(parts.includes('compose') ? ['compose/project.sh'] : []),
      ...parts.map((part) => `facts/${part}.sh`),
      'facts.sh',
    ],
    inputs: { ...inputs, parts: parts.join(' ') },
    nonce,
  })
}

/**
 * What the answer of that script says; a part that failed, or told nonsense, is unknown and the others are as they are.
 * Throws an ResponseError where the answer is none of a look.
 */
export function readFacts(facts: Fields, parts: readonly FactName[]): ServerFacts {
  const told = parts.map((part) => [part, readFact(facts, part)])
  // A copy, since V8 keeps a whole text for the sake of any piece of it: looks are kept, and their answers are large.
  return structuredClone({ at: wholeNumber(facts, 'at'), ...Object.fromEntries(told) })
}

function readFact(facts: Fields, part: FactName): Fact<unknown> {
  const words = optional(facts, `${part}.words`)
  if (optional(facts, `${part}.done`) === undefined) return { status: 'unknown', why: lastLine(words) }
  try {
    return { status: 'known', value: readers[part](facts) }
  } catch (error) {
    if (!(error instanceof FieldError)) throw error
    return { status: 'unknown', why: error.message }
  }
}
