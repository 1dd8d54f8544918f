import { FactError, type Facts, perhaps, wholeNumber } from '../fields.ts'
import { lastWords } from '../last-line.ts'
import { makeScript } from '../script.ts'
import { readBalancer } from './balancer.ts'
import { readDisk } from './disk.ts'
import { readDocker } from './docker.ts'
import { readDpkg } from './dpkg.ts'
import { readEngine } from './engine.ts'
import type { Look, LookPart, Told } from './facts.ts'
import { readIdentity } from './identity.ts'
import { readKernel } from './kernel.ts'
import { readLibraries } from './libraries.ts'
import { readMaestro } from './maestro.ts'
import { readMesh } from './mesh.ts'
import { readNightly } from './nightly.ts'
import { readOffers } from './offers.ts'
import { readReboot } from './reboot.ts'
import { readSecurity } from './security.ts'
import { readServices } from './services.ts'
import { readSystem } from './system.ts'
import { readSystemd } from './systemd.ts'
import { readTools } from './tools.ts'
import { readUnattended } from './unattended.ts'
import { readUpdates } from './updates.ts'
import { readWeave } from './weave.ts'

export { AnswerError, readAnswer } from '../response.ts'

type Value<Part extends LookPart> = Extract<NonNullable<Look[Part]>, { is: 'known' }>['value']
type Readers = { readonly [Part in LookPart]: (facts: Facts) => Value<Part> }

const readers: Readers = {
  identity: readIdentity,
  system: readSystem,
  kernel: readKernel,
  reboot: readReboot,
  libraries: readLibraries,
  updates: readUpdates,
  unattended: readUnattended,
  nightly: readNightly,
  security: readSecurity,
  engine: readEngine,
  offers: readOffers,
  dpkg: readDpkg,
  disk: readDisk,
  docker: readDocker,
  weave: readWeave,
  services: readServices,
  mesh: readMesh,
  maestro: readMaestro,
  tools: readTools,
  systemd: readSystemd,
  balancer: readBalancer,
}

/** What some parts are to look by: `pins` of `security`. */
export type LookInputs = Readonly<Record<string, string>>

/** The script that looks at these parts, for the stdin of `sh -s`. */
export function lookScript(parts: readonly LookPart[], nonce: string, inputs: LookInputs = {}): string {
  return makeScript({
    files: [
      ...['lib/docker-cli.sh', 'lib/docker-source.sh', 'lib/read-apt.sh', 'lib/apt-pins.sh'],
      ...(parts.includes('services') ? ['compose/project.sh'] : []),
      ...parts.map((part) => `facts/${part}.sh`),
      'facts.sh',
    ],
    inputs: { ...inputs, parts: parts.join(' ') },
    nonce,
  })
}

/**
 * What the answer of that script says; a part that failed, or told nonsense, is unknown and the others are as they are.
 * Throws an AnswerError where the answer is none of a look.
 */
export function readLook(facts: Facts, parts: readonly LookPart[]): Look {
  const told = parts.map((part) => [part, tell(facts, part)])
  // A copy, since V8 keeps a whole text for the sake of any piece of it: looks are kept, and their answers are large.
  return structuredClone({ at: wholeNumber(facts, 'at'), ...Object.fromEntries(told) })
}

function tell(facts: Facts, part: LookPart): Told<unknown> {
  const words = perhaps(facts, `${part}.words`)
  if (perhaps(facts, `${part}.done`) === undefined) return { is: 'unknown', why: lastWords(words) }
  try {
    return { is: 'known', value: readers[part](facts) }
  } catch (error) {
    if (!(error instanceof FactError)) throw error
    return { is: 'unknown', why: error.message }
  }
}
