import type { Operation } from '../plan/operation.ts'
import type { Step } from '../plan/step.ts'

/** Several operations as one pass over each server: its steps one after the other, inside one lock and one time out of service. */
export function combined(name: string, operations: readonly Operation[]): Operation {
  const refresh = operations.find((one) => one.refresh !== undefined)?.refresh
  return {
    spec: { name, options: { parts: operations.map(({ spec }) => spec) } },
    facts: [...new Set(operations.flatMap(({ facts }) => facts))],
    factInputs: Object.assign({}, ...operations.map(({ factInputs = {} }) => factInputs)),
    ...(refresh === undefined ? {} : { refresh }),
    sends: operations.flatMap(({ sends = [] }) => sends),
    steps: onceEach(operations.flatMap(({ steps }) => steps)),
  }
}

// Two operations may begin with the same repair: the first does it for both.
const onceEach = (steps: readonly Step[]): readonly Step[] =>
  steps.filter(({ id }, index) => steps.findIndex((other) => other.id === id) === index)
