import { describe, expect, it } from 'vitest'
import { paragraph, synopsis, verbatim } from '../../../src/commands/manual/roff.ts'

describe('text of a man page', () => {
  it('keeps what roff would read as its own', () => {
    expect(paragraph('.TH \'a\' \\fB "b" -c')).toBe('\\&.TH \\(aqa\\(aq \\efB \\(dqb\\(dq \\-c')
  })

  it('has in bold what is typed', () => {
    expect(paragraph('see `maestro --help`')).toBe('see \\fBmaestro \\-\\-help\\fR')
  })

  it('keeps the lines of an example', () => {
    expect(verbatim(['maestro runs', "'x'"])).toEqual(['.RS 4', '.nf', 'maestro runs', '\\(aqx\\(aq', '.fi', '.RE'])
  })

  it('tells what is typed from what it stands for', () => {
    expect(synopsis('-m, --manifest <file>')).toBe('\\fB\\-m\\fR, \\fB\\-\\-manifest\\fR \\fIfile\\fR')
  })
})
