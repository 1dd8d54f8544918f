import { afterAll, beforeAll } from 'vitest'
import type { Fact, ServerFacts } from '../../../src/remote/facts/facts.ts'
import { runMaestro, serverNamed } from './fleet.ts'
import { asRoot } from './inside.ts'
import { writeManifest } from './manifest.ts'

/** A state of one server, as root's shell makes it and takes it back; `undo` also bears a `make` that went only half way. */
export interface State {
  readonly make?: string
  readonly undo?: string
}

type States = Readonly<Record<string, State>>

/** Makes the states, gathers the facts of their servers once before the tests, and undoes the states after them. */
export function gatherFactsInStates(states: States): (name: string) => ServerFacts {
  let looks: ReadonlyMap<string, ServerFacts> = new Map()
  beforeAll(async () => {
    await onEach(states, 'make')
    looks = await gatherFacts(Object.keys(states))
  })
  afterAll(() => onEach(states, 'undo'))
  return (name) => {
    const facts = looks.get(name)
    if (facts === undefined) throw new Error(`${name} was not looked at`)
    return facts
  }
}

/** The facts of servers of the fleet by `maestro status`; throws its output when a server is missing. */
export async function gatherFacts(names: readonly string[]): Promise<ReadonlyMap<string, ServerFacts>> {
  const manifest = writeManifest(names.map(serverNamed))
  try {
    const { stdout, stderr } = await runMaestro(['status', '--output', 'json', '--manifest', manifest.path])
    const looks = new Map(stdout.split('\n').flatMap(factsOfEvent))
    if (looks.size < names.length) throw new Error(`maestro did not see every server:\n${stdout}${stderr}`)
    return looks
  } finally {
    manifest.remove()
  }
}

/** The value of a fact; throws the reason when it is unknown. */
export function knownValue<T>(fact: Fact<T> | undefined): T {
  if (fact?.status !== 'known') throw new Error(fact ? `unknown: ${fact.why}` : 'the part is not in the look')
  return fact.value
}

/** Root's shell on the server of that name: what a tool says there. */
export const inside = (name: string, script: string): Promise<string> => asRoot(serverNamed(name), script)

/** Moves a file or a folder aside and back, whatever has taken its place meanwhile: apt creates its folders again. */
export const moveAside = (path: string): Required<State> => ({
  make: `mv ${path} ${path}.away\n`,
  undo: `[ ! -e ${path}.away ] || { rm -rf ${path}; mv ${path}.away ${path}; }\n`,
})

/** Several states as one, taken back in reverse order. */
export const combineStates = (...states: readonly State[]): State => ({
  make: states.map(({ make = '' }) => make).join('\n'),
  undo: states
    .toReversed()
    .map(({ undo = '' }) => undo)
    .join('\n'),
})

async function onEach(states: States, verb: 'make' | 'undo'): Promise<void> {
  const done = await Promise.allSettled(
    Object.entries(states).map(([name, { [verb]: script }]) => script && inside(name, script)),
  )
  const failed = done.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
}

function factsOfEvent(line: string): readonly (readonly [string, ServerFacts])[] {
  if (line === '') return []
  const { event, server, facts } = JSON.parse(line) as { event: string; server?: string; facts?: ServerFacts }
  return event === 'server' && server !== undefined && facts !== undefined ? [[server, facts]] : []
}
