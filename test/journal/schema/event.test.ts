import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { MaestroError } from '../../../src/base/errors.ts'
import type { JournalEvent } from '../../../src/journal/events.ts'
import { parseEvent } from '../../../src/journal/read/parse-events.ts'
import { journalEvents } from '../../../src/journal/schema/event.ts'
import { seededRandom } from '../../support/builders/seeded-random.ts'
import { everyEvent } from './every-event.ts'
import { mutated } from './mutations.ts'

const where = '/runs/x/events.ndjson:7'
const mutationsOfEach = 1_500
const seed = Number(process.env.MAESTRO_SEED ?? Date.now() % 1_000_000)

const refusal = /^\/runs\/x\/events\.ndjson:7: not (a line|an event) of a journal: ./

type Reading = 'refused' | 'as it stands' | 'as something else' | 'with another error'

function readingOf(line: string, name: JournalEvent['event']): Reading {
  try {
    const read = parseEvent(line, where)
    return read.event === name && isDeepStrictEqual(read, JSON.parse(line)) ? 'as it stands' : 'as something else'
  } catch (error) {
    return error instanceof MaestroError && refusal.test(error.message) ? 'refused' : 'with another error'
  }
}

describe('parseEvent', () => {
  it('reads every event as it was written', () => {
    const names = journalEvents().map(({ shape }) => shape.event.value)

    expect(Object.keys(everyEvent).toSorted()).toEqual(names.toSorted())
    for (const event of Object.values(everyEvent)) expect(parseEvent(JSON.stringify(event), where)).toStrictEqual(event)
  })

  it.each(Object.values(everyEvent))('refuses a changed $event, or reads it as it stands', (event) => {
    const pick = seededRandom(seed)
    const line = JSON.stringify(event)
    const lines = Array.from({ length: mutationsOfEach }, () => mutated(line, pick))

    const readings = lines.map((changed) => [readingOf(changed, event.event), changed] as const)

    const wrong = readings.filter(([reading]) => reading !== 'refused' && reading !== 'as it stands')
    const refused = readings.filter(([reading]) => reading === 'refused').length
    expect(wrong.slice(0, 3), `MAESTRO_SEED=${seed}`).toEqual([])
    expect(refused).toBeGreaterThan(mutationsOfEach / 3)
    expect(refused).toBeLessThan(mutationsOfEach)
  })

  it.each(['snapshot', 'unheardOf'])('refuses a %s that nests deeper than any stack', (key) => {
    const line = JSON.stringify(everyEvent['step-started']).replace(
      '{',
      `{"${key}":${'['.repeat(2e5)}${']'.repeat(2e5)},`,
    )

    expect(readingOf(line.replace(/"snapshot":\{.*\}\}$/, '"step":"x"}'), 'step-started')).toBe('refused')
  })

  it.each([
    ['rubbish', 'not a line of a journal: no JSON'],
    ['[]', 'not an event of a journal: expected object, received array'],
    ['{"event":"step-acted"}', 'not an event of a journal: unknown event "step-acted"'],
    ['{"event":7}', 'not an event of a journal: event: missing'],
    ['{"event":"locking","at":"2026-11-23T09:15:30Z"}', 'locking: version: missing'],
  ])('says of %s what is wrong', (line, words) => {
    expect(() => parseEvent(line, where)).toThrow(words)
  })

  it.each<[JournalEvent['event'], object, string]>([
    ['step-started', { snapshot: undefined }, 'step-started: snapshot: missing'],
    [
      'step-started',
      { snapshot: JSON.parse('{"__proto__":{"isUp":true}}') },
      'step-started: snapshot: must be JSON of',
    ],
    ['locking', { owner: 'ana' }, 'locking: unknown owner'],
    ['run-ended', { run: '../../etc' }, 'run-ended: run: must be a run id like 20261123-091530-k3f9'],
    ['run-ended', { exitCode: 7 }, 'run-ended: exitCode: must be one of 0, 1, 2'],
    ['run-started', { maestroVersion: 'newest' }, 'run-started: maestroVersion: must be a version like 1.2.3'],
    ['locking', { at: 'yesterday' }, 'locking: at: must be a UTC time like'],
    ['unlocked', { server: '' }, 'unlocked: server: must not be empty'],
    ['unlocked', { server: 'a\nb' }, 'unlocked: server: must be one line without control characters'],
    ['server-ended', { outcome: { status: 'well' } }, 'server-ended: outcome.status: '],
  ])('says of a %s with %j what is wrong with it', (name, change, words) => {
    const line = JSON.stringify({ ...everyEvent[name], ...change })

    expect(() => parseEvent(line, where)).toThrow(`${where}: not an event of a journal: ${words}`)
  })
})
