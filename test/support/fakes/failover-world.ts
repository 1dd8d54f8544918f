import { failover } from '../../../src/failover/failover.ts'
import type { SwitchOptions } from '../../../src/failover/options.ts'
import type { Failover } from '../../../src/failover/target.ts'
import type { JournalEvent } from '../../../src/journal/events.ts'
import { noState, replay } from '../../../src/journal/run-state.ts'
import { makeStamp } from '../../../src/journal/stamp-event.ts'
import type { ApplicationContext } from '../../../src/plan/application.ts'
import type { Outcome } from '../../../src/plan/outcome.ts'
import type { PlannedStep } from '../../../src/plan/plan.ts'
import { executeApplication } from '../../../src/run/application/execute-application.ts'
import { crashSimulator, type Moment } from '../crash-simulator.ts'
import { buildFailover, type FakeTraffic, trafficContext } from './fake-traffic.ts'

type FailoverWorldOptions = {
  readonly failover: Partial<Failover>
  readonly traffic: FakeTraffic
  readonly hasHook: boolean
}

/** One switch with its journal, which can be killed at every line of the journal and every answer from outside. */
export interface FailoverWorld {
  readonly run: (killAfter?: number) => Promise<Outcome | 'killed'>
  readonly traffic: FakeTraffic
  readonly moments: () => number
}

export async function makeFailoverWorld({
  failover: own,
  traffic,
  hasHook,
}: FailoverWorldOptions): Promise<FailoverWorld> {
  const events: JournalEvent[] = []
  const stamp = makeStamp('20261123-090000-test', events)
  const simulator = crashSimulator()
  const options: SwitchOptions = {
    kind: 'switch',
    failover: buildFailover(own),
    from: 'production',
    to: 'production-b',
    isForced: false,
    rollsBack: true,
    ...(hasHook && { hook: { path: '/srv/bin/promote', timeoutMs: 1_000 } }),
  }
  const operation = failover(options, {})
  const first = await operation.gatherState(trafficContext(traffic))
  const planned: readonly PlannedStep[] = operation.steps.map((step) => ({ step: step.id, verdict: step.plan(first) }))

  const runOnce = (moment: Moment) =>
    executeApplication({
      operation,
      contextFor: () => throughMoments(trafficContext(traffic), moment),
      previous: replay(events).servers.get(operation.subject) ?? noState,
      planned,
      writeEvent: (event) => moment(async () => void events.push(stamp(structuredClone(event)))),
      stop: new AbortController().signal,
    })
  const run = (killAfter = Number.POSITIVE_INFINITY) => simulator.live(killAfter, runOnce)
  return { run, traffic, moments: simulator.moments }
}

function throughMoments(ctx: ApplicationContext, moment: Moment): ApplicationContext {
  return {
    ...ctx,
    askDns: (question) => moment(() => ctx.askDns(question)),
    runProgram: (program) => moment(() => ctx.runProgram(program)),
    openLocal: (to, timeoutMs) => moment(() => ctx.openLocal(to, timeoutMs)),
    server: (name) => {
      const port = ctx.server(name)
      return {
        ...port,
        run: (script) => moment(() => port.run(script)),
        gatherFacts: (parts) => moment(() => port.gatherFacts(parts)),
      }
    },
  }
}
