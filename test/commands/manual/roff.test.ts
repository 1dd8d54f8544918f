import { describe, expect, it } from 'vitest'
import { paragraph, synopsis, verbatim } from '../../../src/commands/manual/roff.ts'

describe('paragraph, synopsis and verbatim', () => {
  it('escape characters that roff would interpret', () => {
    expect(paragraph('.TH \'a\' \\fB "b" -c')).toBe('\\&.TH \\(aqa\\(aq \\efB \\(dqb\\(dq \\-c')
  })

  it('paragraph prints in bold what the user types', () => {
    expect(paragraph('see `maestro --help`')).toBe('see \\fBmaestro \\-\\-help\\fR')
  })

  it('verbatim keeps the line breaks of an example', () => {
    expect(verbatim(['maestro runs', "'x'"])).toEqual(['.RS 4', '.nf', 'maestro runs', '\\(aqx\\(aq', '.fi', '.RE'])
  })

  it('synopsis prints placeholders in another font than literals', () => {
    expect(synopsis('-m, --manifest <file>')).toBe('\\fB\\-m\\fR, \\fB\\-\\-manifest\\fR \\fIfile\\fR')
  })
})
