import { dump, FAILSAFE_SCHEMA } from 'js-yaml'
import { suggestion } from '../base/did-you-mean.ts'
import { ManifestError, UsageError } from '../base/errors.ts'
import { quoted } from './quoted.ts'
import { parseManifest, type WrittenManifest } from './read/read.ts'
import { isEmpty, type Node, nodeAt, toPlain } from './yaml/node.ts'
import { parseYaml } from './yaml/parse.ts'

type Cloning = {
  /** What messages call the file. */
  readonly name: string
  readonly text: string
  readonly from: string
  readonly to: string
}

/** The text with one environment more, and the names of its servers that have no address yet. */
export type Clone = { readonly text: string; readonly withoutAddress: readonly string[] }

/**
 * Adds a second environment with the components, configurations and servers of another one, the servers without their addresses:
 * they are other machines. The rest of the file stays as it is, letter by letter. Throws a UsageError when there is no such
 * environment, or one of the new name; a ManifestError when the file is wrong.
 */
export function cloneEnvironment({ name, text, from, to }: Cloning): Clone {
  const written = parseManifest(name, text)
  mustBeThere(written, from)
  if (namesOf(written).includes(to)) throw new UsageError(`${name} has an environment ${quoted(to)} already`)
  const { root } = parseYaml(text)
  const node = root && nodeAt(root, [from])
  const copy = node === undefined || isEmpty(node) ? '' : yamlOf(node)
  const remark = `# The components of ${from} on servers of its own: say where they are.`
  const end = text.endsWith('\n') ? '' : '\n'
  const whole = `${text}${end}\n${remark}\n${keyOf(to)}:\n${copy.replace(/^(?=.)/gm, '  ')}`
  const added = mustBeAdded(whole, { name, text, from, to })
  return {
    text: whole,
    withoutAddress: added?.servers.filter((one) => !one.written.address).map((one) => one.name) ?? [],
  }
}

const namesOf = ({ environments }: WrittenManifest) => environments.flatMap(({ name }) => name ?? [])

function mustBeThere(written: WrittenManifest, from: string): void {
  const names = namesOf(written)
  if (names.includes(from)) return
  const { name } = written.source
  if (names.length === 0)
    throw new UsageError(`${name} has no environments: its components are at the top`, {
      hint: `put them below a name of your own first, ${from}: for one`,
    })
  throw new UsageError(
    `${name} has no environment ${quoted(from)}${suggestion(from, names) || `; it has ${names.join(', ')}`}`,
  )
}

// Every scalar is its exact text, so nothing needs quotes that had none.
const yamlOf = (node: Node) =>
  dump(withoutAddresses(toPlain(node)), { schema: FAILSAFE_SCHEMA, lineWidth: -1, noRefs: true })

function withoutAddresses(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item !== null).map(withoutAddresses)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, below]) => [key, withoutAddresses(key === 'server' ? lessAddress(below) : below)]),
  )
}

function lessAddress(server: unknown): unknown {
  if (typeof server !== 'object' || server === null) return server
  return Object.fromEntries(Object.entries(server).filter(([key]) => key !== 'address'))
}

const keyOf = (name: string) => (/^[A-Za-z][A-Za-z0-9_-]*$/.test(name) ? name : JSON.stringify(name))

// A name that means a component, or a file that is one map in braces, takes nothing more at its end.
function mustBeAdded(whole: string, { name, to }: Cloning) {
  try {
    const found = parseManifest(name, whole).environments.find((one) => one.name === to)
    if (found !== undefined) return found
  } catch (cause) {
    if (!(cause instanceof ManifestError)) throw cause
    throw new UsageError(
      `${name} cannot have an environment ${quoted(to)} at its end: ${cause.message.split('\n')[0]}`,
      {
        cause,
      },
    )
  }
  throw new UsageError(`${name}: ${quoted(to)} is not a valid environment name`)
}
