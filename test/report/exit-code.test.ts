import { describe, expect, it } from 'vitest'
import { exitCodeOfLook } from '../../src/report/exit-code.ts'
import { rebootView } from '../../src/report/reboot-view.ts'
import { notSeen, seen, seenDue, seenUnknown } from '../support/looks.ts'

const failed = notSeen('a', 'failed', 'x')
const unreachable = notSeen('b', 'unreachable', 'x')

describe('the exit code of a look', () => {
  it.each([
    ['all is well', [seen('c')], 0, 0],
    ['something is due', [seen('c'), seenDue('d')], 0, 10],
    ['something is unknown', [seen('c'), seenUnknown('d')], 0, 10],
    ['a server is unreachable', [unreachable, seenDue('d')], 3, 3],
    ['a server failed', [unreachable, failed, seenDue('d')], 1, 1],
  ])('when %s', (_, all, plain, asked) => {
    const { signal: stop } = new AbortController()

    expect(exitCodeOfLook(all, { stop, isDue: undefined })).toBe(plain)
    expect(exitCodeOfLook(all, { stop, isDue: rebootView.isDueOrUnknown })).toBe(asked)
  })

  it("is the signal's, whatever else happened", () => {
    expect(exitCodeOfLook([failed], { stop: AbortSignal.abort(143), isDue: undefined })).toBe(143)
  })
})
