import { UsageError } from '../../base/errors.ts'
import { expandHostRange } from './host-range.ts'
import { type AnsibleGroup, type AnsibleInventory, addHost, groupOf } from './types.ts'

type Reading = { readonly inventory: AnsibleInventory; readonly fail: (what: string) => never }

/** Reads an inventory in Ansible's INI form. Throws a UsageError with file and line where it is none. */
export function parseIni(path: string, text: string): AnsibleInventory {
  const inventory: AnsibleInventory = new Map()
  let group = groupOf(inventory, 'ungrouped')
  let kind = ''
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim()
    if (line === '' || /^[#;]/.test(line)) continue
    const fail = (what: string): never => {
      throw new UsageError(`${path}:${index + 1}: ${what}`, {
        hint: 'ansible-inventory --list --yaml > all.yml writes out whatever Ansible understands; name that file then',
      })
    }
    const [, name, section = ''] = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:[#;].*)?$/.exec(line) ?? []
    if (name === undefined || /^\[[^\]]*\]\S/.test(line)) readLine({ inventory, fail }, { group, kind, line })
    else {
      if (!['', 'vars', 'children'].includes(section)) fail(`there is no section :${section}`)
      group = groupOf(inventory, name)
      kind = section
    }
  }
  return inventory
}

type Line = { readonly group: AnsibleGroup; readonly kind: string; readonly line: string }

function readLine({ inventory, fail }: Reading, { group, kind, line }: Line): void {
  if (kind === 'vars') {
    const [key, value] = pairOf(line) ?? fail('a line of variables is key=value')
    group.vars.set(key, unquoted(value))
    return
  }
  const [first = '', ...others] = wordsOf(line)
  if (kind === 'children') {
    groupOf(inventory, first)
    group.children.add(first)
    return
  }
  const { pattern, port } = withoutPort(first)
  const vars = others.map((word) => pairOf(word) ?? fail(`${word} is no key=value behind a host`))
  const names = expandHostRange(pattern) ?? fail(`${pattern} is no range of hosts, such as web[01:03]`)
  for (const name of names)
    addHost(group, name, [...port, ...vars.map(([key, value]) => [key, unquoted(value)] as const)])
}

function pairOf(text: string): readonly [string, string] | undefined {
  const [, key, value] = /^([^\s=]+)\s*=\s*(.*)$/.exec(text) ?? []
  return key === undefined || value === undefined ? undefined : [key, value]
}

// Words as a shell has them, up to a remark.
function wordsOf(line: string): readonly string[] {
  const words = line.match(/#.*|(?:[^\s"'#]|"(?:\\.|[^"\\])*"|'[^']*'|(?<=\S)#)+/g) ?? []
  const remark = words.findIndex((word) => word.startsWith('#'))
  return remark < 0 ? words : words.slice(0, remark)
}

const unquoted = (text: string) =>
  text.trim().replace(/"((?:\\.|[^"\\])*)"|'([^']*)'/g, (_, double?: string, single?: string) => double ?? single ?? '')

// `web-1:2222` and `[2001:db8::1]:2222`; an address of IPv6 without brackets has colons of its own.
function withoutPort(word: string): { readonly pattern: string; readonly port: (readonly [string, string])[] } {
  const [, bracketed, plain, port] =
    /^(?:\[([\da-f:.]*:[\da-f:.]*:[\da-f:.]*)\]|((?:[^:[\]]|\[[^\]]*\])+)):(\d+)$/i.exec(word) ?? []
  const pattern = bracketed ?? plain ?? word
  return { pattern, port: port === undefined ? [] : [['ansible_port', port]] }
}
