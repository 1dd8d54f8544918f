import { describe, expect, it } from 'vitest'
import { renderTable, widthOf, wrap } from '../../../src/report/format/table.ts'

describe('renderTable', () => {
  it('makes each column as wide as its widest cell, without trailing spaces', () => {
    const text = renderTable({
      head: ['A', 'LONGER'],
      rows: [
        ['one', 'x'],
        ['two', ''],
      ],
      widthColumns: undefined,
    })

    expect(text).toBe('A    LONGER\none  x\ntwo')
  })

  it('moves the last column below its row when the table is too wide', () => {
    const rows = [
      ['due', 'web-1', 'asked for by linux-image-generic'],
      ['not due', 'web-2', ''],
    ]

    const text = renderTable({ head: ['REBOOT', 'SERVERS', 'WHY'], rows, widthColumns: 38 })

    expect(text).toBe('REBOOT   SERVERS\ndue      web-1\n    asked for by linux-image-generic\nnot due  web-2')
  })

  it.each([80, 120])('stays within %i columns and keeps every word', (widthColumns) => {
    const why = 'asked for by linux-image-6.8.0-45-generic, libc6 and a few more packages with quite long names'
    const rows = [['due', 'web-[1-40,42,44,46,48,50-99]', why]]

    const text = renderTable({ head: ['REBOOT', 'SERVERS', 'WHY'], rows, widthColumns })

    expect(Math.max(...text.split('\n').map(widthOf))).toBeLessThanOrEqual(widthColumns)
    for (const word of why.split(' ')) expect(text).toContain(word)
  })

  it('stays within 40 columns and breaks words when it must', () => {
    const text = renderTable({
      head: ['REBOOT', 'SERVERS', 'WHY'],
      rows: [['due', 'web-1', 'x'.repeat(200)]],
      widthColumns: 40,
    })

    expect(Math.max(...text.split('\n').map(widthOf))).toBeLessThanOrEqual(40)
    expect(text.replace(/[^x]/g, '')).toHaveLength(200)
  })

  it('hides empty columns on a terminal, and keeps them in a pipe', () => {
    const table = { head: ['REBOOT', 'DUE FOR', 'SERVERS', 'WHY'], rows: [['not due', '', 'web-1', '']] }

    expect(renderTable({ ...table, widthColumns: 80 })).toBe('REBOOT   SERVERS\nnot due  web-1')
    expect(renderTable({ ...table, widthColumns: 17 })).toBe('REBOOT   SERVERS\nnot due  web-1')
    expect(renderTable({ ...table, widthColumns: undefined })).toMatch(/^REBOOT {3}DUE FOR {2}SERVERS {2}WHY\n/)
  })

  it('moves more columns below their rows when the narrowest are too wide', () => {
    const head = ['SERVERS', 'SECURITY', 'REBOOT', 'SYSTEM', 'DOCKER', 'ATTENTION']
    const rows = [
      ['web-[1-2]', 'none due', 'not due', 'ubuntu 24.04', '27.5.1', ''],
      ['db-1', '4 due', 'due', 'ubuntu 24.04', 'none', 'no nightly upgrades'],
    ]

    const text = renderTable({ head, rows, widthColumns: 40 })

    expect(text).toBe(
      [
        'SERVERS    SECURITY  REBOOT',
        'web-[1-2]  none due  not due',
        '    system ubuntu 24.04; docker 27.5.1',
        'db-1       4 due     due',
        '    system ubuntu 24.04; docker none; no',
        '    nightly upgrades',
      ].join('\n'),
    )
  })

  it('does not count colour codes as columns', () => {
    const text = renderTable({ head: ['A', 'B'], rows: [['\u001b[31mred\u001b[39m', 'x']], widthColumns: 80 })

    expect(text.split('\n')[0]).toBe('A    B')
  })
})

describe('wrap', () => {
  it('breaks at spaces and after commas', () => {
    expect(wrap('web-1,web-2,web-3 and more', 12)).toEqual(['web-1,web-2,', 'web-3 and', 'more'])
  })

  it('breaks a word only when it fits on no line', () => {
    expect(wrap('abcdefgh ij', 4)).toEqual(['abcd', 'efgh', 'ij'])
  })
})
