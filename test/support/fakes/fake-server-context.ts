import type { Script, ServerContext } from '../../../src/plan/context.ts'
import { DisconnectedError } from '../../../src/plan/errors.ts'
import { buildFields } from '../builders/build-fields.ts'
import { unavailablePorts } from '../builders/step-context.ts'

type Answer = Readonly<Record<string, string | readonly string[]>>

/** What a server answers, in order: fields, an error, or that the connection is cut. The last one is repeated. */
export type Answers = readonly (Answer | Error | 'cut')[]

/** A context of a step, with what the step asked the server and what it reported as progress. */
export interface FakeServerContext {
  readonly ctx: ServerContext
  readonly asked: readonly Script[]
  readonly progress: readonly string[]
}

/** A context over answers in memory; time passes only by asking and waiting. */
export function fakeServerContext(answers: Answers, { asksTakeMs = 1_000 } = {}): FakeServerContext {
  const asked: Script[] = []
  const progress: string[] = []
  let timeMs = 0
  const ctx: ServerContext = {
    server: { name: 'web-1', host: 'web-1', groups: ['docker'], spare: false },
    runId: '20261123-091500-test',
    key: '20261123-091500-test/web-1/upgrade',
    run: async (script) => {
      const answer = answers[Math.min(asked.length, answers.length - 1)]
      asked.push(script)
      timeMs += asksTakeMs
      if (answer === undefined || answer === 'cut') throw new DisconnectedError('the connection was lost')
      if (answer instanceof Error) throw answer
      return buildFields(answer)
    },
    gatherFacts: async () => ({ at: 0 }),
    ...unavailablePorts,
    waitMs: async (waitMs) => {
      timeMs += waitMs
    },
    nowMs: () => timeMs,
    progress: (doing) => progress.push(doing),
  }
  return { ctx: ctx, asked, progress }
}
