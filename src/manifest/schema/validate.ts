import * as z from 'zod'
import { suggestion } from '../../base/did-you-mean.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { quoted } from '../quoted.ts'
import { describeKind, locate, type Node, nodeAt, toPlain } from '../yaml/node.ts'

/** A node read by a schema, or what is wrong with it. */
export type Checked<T> = { readonly value?: T; readonly problems: readonly Diagnostic[] }

type Kind<T> = {
  readonly schema: z.ZodType<T>
  /** What such a node is called in messages: `a server`, `maestro`. */
  readonly called: string
  /** The keys that are named when an unknown one resembles none; absent: all. */
  readonly mainKeys?: readonly string[]
}

/** Makes the function that reads nodes of a kind; every problem is reported at its place in the file. */
export function checkerOf<T>({ schema, called, mainKeys }: Kind<T>): (node: Node) => Checked<T> {
  let json: JsonSchema | undefined
  const keysOf: KeysOf = (path) => {
    json ??= z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
    const all = keysAt(json, path)
    return { all, main: path.length === 0 ? (mainKeys ?? all) : all }
  }
  return (node) => {
    const result = schema.safeParse(toPlain(node))
    if (result.success) return { value: result.data, problems: [] }
    return { problems: result.error.issues.flatMap((issue) => problemsOf(issue, { node, called, keysOf })) }
  }
}

type Issue = z.core.$ZodIssue
type KeysOf = (path: Issue['path']) => { readonly all: readonly string[]; readonly main: readonly string[] }
type Checking = { readonly node: Node; readonly called: string; readonly keysOf: KeysOf }

function problemsOf(issue: Issue, checking: Checking): readonly Diagnostic[] {
  const { node, called } = checking
  const path = writtenPath(node, issue.path)
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey({ path, key, checking }))
  return [{ position: locate(node, path), message: `${nameOf(path, called)} ${complaintOf(issue, node)}` }]
}

// One value where a list may stand is read as a list of one: its item is the value itself.
function writtenPath(node: Node, path: Issue['path']): Issue['path'] {
  const end = path.findIndex(
    (step, index) => typeof step === 'number' && nodeAt(node, path.slice(0, index))?.kind !== 'list',
  )
  return end < 0 ? path : path.slice(0, end)
}

function complaintOf(issue: Issue, node: Node): string {
  switch (issue.code) {
    case 'custom':
      return issue.message
    case 'invalid_type':
      return `must be a ${issue.expected === 'array' ? 'list' : 'map'}, not ${kindAt(node, issue.path)}`
    case 'invalid_union':
      return describeUnion(issue, node)
    default:
      throw new Error(`a schema of the manifest complains in a way that has no words: ${issue.code}`)
  }
}

function describeUnion(issue: z.core.$ZodIssueInvalidUnion, node: Node): string {
  const found = nodeAt(node, issue.path)
  const words = 'options' in issue ? (issue.options ?? []).map(String) : []
  const wanted = `must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
  if (found === undefined) return `is missing: it ${wanted}`
  if (found.kind !== 'text' || found.isEmpty) return `${wanted}, not ${describeKind(found)}`
  return `${wanted}, not ${quoted(found.text)}${suggestion(found.text, words)}`
}

function kindAt(node: Node, path: Issue['path']): string {
  const found = nodeAt(node, path)
  if (found === undefined) return 'nothing'
  return found.kind === 'text' && !found.isEmpty ? quoted(found.text) : describeKind(found)
}

type UnknownKey = { readonly path: Issue['path']; readonly key: string; readonly checking: Checking }

function unknownKey({ path, key, checking }: UnknownKey): Diagnostic {
  const { node, called, keysOf } = checking
  const { all, main } = keysOf(path)
  const meant = suggestion(key, all) || `; it has ${main.join(', ')}`
  return {
    position: locateKey(node, [...path, key]),
    message: `${quoted(key)} is not a key of ${nameOf(path, called)}${meant}`,
  }
}

function locateKey(node: Node, path: Issue['path']): number {
  const parent = nodeAt(node, path.slice(0, -1))
  const entry = parent?.kind === 'map' ? parent.entries.get(String(path.at(-1))) : undefined
  return entry?.keyAt ?? locate(node, path)
}

/** How a path is called: `maestro.ssh.port` below `maestro`, `port` below a server, the thing itself at its top. */
function nameOf(path: Issue['path'], called: string): string {
  const below = path.map((step) =>
    typeof step === 'number' ? `[${step + 1}]` : `.${quoted(String(step)).slice(1, -1)}`,
  )
  const name = below.join('').replace(/^\./, '')
  if (name === '') return called
  return called.includes(' ') ? name : `${called}.${name}`
}

type JsonSchema = { readonly [key: string]: unknown }

const asSchema = (value: unknown): JsonSchema =>
  typeof value === 'object' && value !== null ? (value as JsonSchema) : {}

/** The keys that a schema knows at a path: the JSON Schema is the one form of it that can be walked. */
function keysAt(schema: JsonSchema, path: Issue['path']): readonly string[] {
  const branches = [schema, ...[schema.oneOf, schema.anyOf].flatMap((list) => (Array.isArray(list) ? list : []))]
  const [step, ...rest] = path
  if (step === undefined)
    return [...new Set(branches.flatMap((branch) => Object.keys(asSchema(asSchema(branch).properties))))]
  const next = branches.map((branch) => {
    const { properties, items, additionalProperties } = asSchema(branch)
    return asSchema(typeof step === 'number' ? items : (asSchema(properties)[String(step)] ?? additionalProperties))
  })
  return next.flatMap((branch) => keysAt(branch, rest))
}
