import type { Operation, Recipe, Step } from '../plan/step.ts'

export type JoinedOptions = { readonly parts: readonly Recipe[] }

/** Several operations as one pass over each server: its steps one after the other, inside one lock and one time out of service. */
export function joined(name: string, operations: readonly Operation[]): Operation {
  const refresh = operations.find((one) => one.refresh !== undefined)?.refresh
  return {
    recipe: { name, options: { parts: operations.map(({ recipe }) => recipe) } as unknown as Recipe['options'] },
    parts: [...new Set(operations.flatMap(({ parts }) => parts))],
    lookInputs: Object.assign({}, ...operations.map(({ lookInputs = {} }) => lookInputs)),
    ...(refresh === undefined ? {} : { refresh }),
    sends: operations.flatMap(({ sends = [] }) => sends),
    pass: { steps: onceEach(operations.flatMap(({ pass }) => pass.steps)) },
  }
}

// Two operations may begin with the same repair: the first does it for both.
const onceEach = (steps: readonly Step[]): readonly Step[] =>
  steps.filter(({ id }, index) => steps.findIndex((other) => other.id === id) === index)
