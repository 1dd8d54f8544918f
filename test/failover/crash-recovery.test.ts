import { describe, expect, it } from 'vitest'
import { failover, type SwitchOptions } from '../../src/failover/failover.ts'
import type { Failover } from '../../src/failover/target.ts'
import type { JournalEvent } from '../../src/journal/events.ts'
import { noState, replay } from '../../src/journal/run-state.ts'
import type { ApplicationContext } from '../../src/plan/application.ts'
import type { Outcome } from '../../src/plan/outcome.ts'
import type { PlannedStep } from '../../src/plan/plan.ts'
import { executeApplication } from '../../src/run/application/execute-application.ts'
import { buildFailover, type FakeTraffic, fakeTraffic, trafficContext } from '../support/fakes/fake-traffic.ts'

const check = { url: 'http://shop.example.com/up', status: 200 }
const haproxy = { kind: 'haproxy', server: 'production/lb-1' } as const
// The address is that of the load balancer, before and after.
const behindBalancer = () => fakeTraffic({ addresses: ['203.0.113.31'] })
const command = { kind: 'command', command: '/srv/bin/failover', timeoutMs: 1_000 } as const

type Case = { readonly about: Partial<Failover>; readonly outside: () => FakeTraffic; readonly end: Outcome['status'] }

// Nobody answers to a stream: an application with a check fails through its address, and goes back.
const cases: Readonly<Record<string, Case>> = {
  'by the DNS': { about: {}, outside: () => fakeTraffic(), end: 'changed' },
  'by the DNS, a name server of which does not follow': {
    about: {},
    outside: () => fakeTraffic({ isSlow: true }),
    end: 'failed',
  },
  'by a load balancer': { about: { driver: haproxy }, outside: behindBalancer, end: 'changed' },
  'by a load balancer, to where it does not serve': {
    about: { driver: haproxy, check },
    outside: behindBalancer,
    end: 'failed',
  },
  'by a program': { about: { driver: command }, outside: () => fakeTraffic(), end: 'changed' },
}

describe.each(Object.entries(cases))('a switch %s', (_, { about, outside: make, end }) => {
  it.each([{ hooks: 'alone' }, { hooks: 'with a program before it' }])(
    'ends the same wherever it is killed and resumed, $hooks',
    async ({ hooks }) => {
      const whole = await live(about, make(), { hasHook: hooks !== 'alone' })
      const wanted = await whole.run()
      expect(wanted).toMatchObject({ status: end })

      for (let killAfter = 1; killAfter < whole.moments(); killAfter += 1) {
        const one = await live(about, make(), { hasHook: hooks !== 'alone' })
        const first = await one.run(killAfter)
        const second = await one.run()

        expect({ killAfter, first, second, state: stateIn(one.outside) }).toEqual({
          killAfter,
          first: 'killed',
          second: wanted,
          state: stateIn(whole.outside),
        })
      }
    },
  )
})

// A move that can be made again may have been.
const stateIn = ({ addresses, at, weights, moves }: FakeTraffic) => ({ addresses, at, weights, moves })

/** One switch in its lives. A moment is every line of the journal and every answer from outside. */
async function live(about: Partial<Failover>, traffic: FakeTraffic, { hasHook }: { readonly hasHook: boolean }) {
  const events: JournalEvent[] = []
  let moments = 0
  const options: SwitchOptions = {
    kind: 'switch',
    failover: buildFailover(about),
    from: 'production',
    to: 'production-b',
    isForced: false,
    rollsBack: true,
    ...(hasHook && { hook: { path: '/srv/bin/promote', timeoutMs: 1_000 } }),
  }
  const operation = failover(options, {})
  const subject = operation.subject
  const first = await operation.gatherState(trafficContext(traffic))
  const planned: readonly PlannedStep[] = operation.steps.map((step) => ({ step: step.id, verdict: step.plan(first) }))

  function run(killAfter = Number.POSITIVE_INFINITY): Promise<Outcome | 'killed'> {
    let left = killAfter
    let die = () => {}
    const death = new Promise<'killed'>((resolve) => {
      die = () => resolve('killed')
    })
    // Nothing happens in a process that is no more: who waits for it waits for ever.
    const moment = async <T>(work: () => Promise<T>): Promise<T> => {
      if (left <= 0) return new Promise(() => {})
      moments += 1
      left -= 1
      const isLast = left <= 0
      const done = await work()
      if (!isLast) return done
      die()
      return new Promise(() => {})
    }
    const performed = executeApplication({
      operation,
      contextFor: () => throughMoments(trafficContext(traffic), moment),
      previous: replay(events).servers.get(subject) ?? noState,
      planned,
      writeEvent: (event) =>
        moment(async () => void events.push({ at: '2026-11-23T09:00:00Z', ...structuredClone(event) })),
      stop: new AbortController().signal,
    })
    return Promise.race([performed, death])
  }

  return { run, outside: traffic, moments: () => moments }
}

type Moment = <T>(work: () => Promise<T>) => Promise<T>

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
