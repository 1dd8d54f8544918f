import { FactError, type Facts, perhaps, wholeNumber } from './facts.ts'
import { lastWords } from './last-words.ts'
import { readBalancer } from './look/balancer.ts'
import { readDisk } from './look/disk.ts'
import { readDocker } from './look/docker.ts'
import { readDpkg } from './look/dpkg.ts'
import { readEngine } from './look/engine.ts'
import { readIdentity } from './look/identity.ts'
import { readKernel } from './look/kernel.ts'
import { readLibraries } from './look/libraries.ts'
import { readMaestro } from './look/maestro.ts'
import { readMesh } from './look/mesh.ts'
import { readNightly } from './look/nightly.ts'
import { readOffers } from './look/offers.ts'
import { readReboot } from './look/reboot.ts'
import { readSecurity } from './look/security.ts'
import { readServices } from './look/services.ts'
import { readSystem } from './look/system.ts'
import { readSystemd } from './look/systemd.ts'
import { readTools } from './look/tools.ts'
import { readUnattended } from './look/unattended.ts'
import { readUpdates } from './look/updates.ts'
import { readWeave } from './look/weave.ts'
import type { Look, LookPart, Told } from './look.ts'
import { makeScript } from './script.ts'

export { AnswerError, readAnswer } from './answer.ts'

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
      ...['docker-cli.sh', 'docker-source.sh', 'read-apt.sh', 'pins.sh'],
      ...(parts.includes('services') ? ['services/project.sh'] : []),
      ...parts.map((part) => `look/${part}.sh`),
      'look.sh',
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
