import { describe, expect, it } from 'vitest'
import { UsageError } from '../../../src/base/errors.ts'
import { expandHostRange } from '../../../src/inventory/ansible/host-range.ts'
import { readAnsible } from '../../../src/inventory/ansible/read-ansible.ts'

const read = (text: string, path = 'hosts', isThere = (_: string) => false) => readAnsible({ path, text, isThere })
const server = (text: string, name: string, path?: string) => read(text, path).servers.find((one) => one.name === name)

describe('readAnsible: INI inventory', () => {
  const ini = `
; remark
lonely ansible_host=203.0.113.1   # behind
[web]
web[01:03] ansible_user="ops"
alpha:2222
[db]
db-1 ansible_host='203.0.113.21' ansible_ssh_port=22022
[site:children]
web
db
[site:vars]
ansible_user = deploy
`

  it('reads hosts with their position, user and port', () => {
    expect(server(ini, 'lonely')).toEqual({ name: 'lonely', address: '203.0.113.1', groups: [] })
    expect(server(ini, 'alpha')).toMatchObject({ address: 'alpha', port: 2222 })
    expect(server(ini, 'db-1')).toMatchObject({ address: '203.0.113.21', port: 22022 })
  })

  it('expands host ranges', () => {
    expect(read(ini).servers.map(({ name }) => name)).toEqual(['lonely', 'web01', 'web02', 'web03', 'alpha', 'db-1'])
  })

  it('reads group variables below those of the host', () => {
    expect(server(ini, 'db-1')).toMatchObject({ user: 'deploy', groups: ['db', 'site'] })
    expect(server(ini, 'web02')).toMatchObject({ user: 'ops', groups: ['web', 'site'] })
  })

  it('prefers variables of the nearest group, and those of all last', () => {
    const text =
      '[all:vars]\nansible_user=a\n[in]\nx\ny\n[out:children]\nin\n[out:vars]\nansible_user=o\nansible_port=1\n[in:vars]\nansible_port=2\n'

    expect(server(text, 'x')).toMatchObject({ user: 'o', port: 2 })
  })

  it('stops at a cycle of groups', () => {
    expect(server('[a]\nx\n[a:children]\nb\n[b:children]\na\n', 'x')?.groups).toEqual(['a', 'b'])
  })

  it.each([
    ['web-1 strange', ':1: strange is no key=value'],
    ['[web:sorts]', ':1: there is no section :sorts'],
    ['\n[web:vars]\nnonsense', ':3: a line of variables is key=value'],
    ['web[3:1]', ':1: web[3:1] is no range'],
  ])('rejects %j with its position', (text, words) => {
    expect(() => read(text)).toThrow(UsageError)
    expect(() => read(text)).toThrow(`hosts${words}`)
  })
})

describe('readAnsible: YAML inventory', () => {
  const yaml = `
all:
  vars: {ansible_user: deploy}
  hosts:
    lonely:
  children:
    web:
      hosts:
        web[1:2]: {ansible_port: 2222, tags: [x]}
    eu:
      children:
        web:
`

  it('reads hosts, groups and variables as from INI', () => {
    const { servers } = read(yaml, 'inventory.yml')

    expect(servers).toEqual([
      { name: 'lonely', address: 'lonely', user: 'deploy', groups: [] },
      { name: 'web1', address: 'web1', user: 'deploy', port: 2222, groups: ['web', 'eu'] },
      { name: 'web2', address: 'web2', user: 'deploy', port: 2222, groups: ['web', 'eu'] },
    ])
  })

  it('detects YAML by content when the file name does not say it', () => {
    expect(read(yaml).servers).toHaveLength(3)
    expect(read('---\nweb: {hosts: {a: }}').servers).toHaveLength(1)
  })

  it.each([
    ['all: [a]', ':1:6: a map belongs here, not a list'],
    ['all:\n  host: {a: }', 'a group has hosts, children and vars; all has host'],
    ['all: {', ':1:'],
  ])('rejects %j with its position', (text, words) => {
    expect(() => read(text, 'i.yml')).toThrow(words)
  })
})

describe('readAnsible: inventory features without a manifest key', () => {
  it('are left out and listed', () => {
    const text =
      'here ansible_connection=local\nwin ansible_connection=winrm\ntpl ansible_host="{{ ip }}"\nok ansible_connection=ansible.builtin.ssh\n[all:vars]\nansible_ssh_common_args="-o ProxyCommand=x"\n'

    const { servers, notes } = read(text, 'in/hosts', (path) => path === 'in/group_vars')

    expect(servers.map(({ name }) => name)).toEqual(['ok'])
    expect(notes).toEqual([
      expect.stringMatching(/^group_vars .* not read/),
      'here is left out: it is not reached by SSH (local)',
      'win is left out: it is not reached by SSH (winrm)',
      'tpl is left out: its address, user or port is a template',
      expect.stringContaining('ansible_ssh_common_args'),
    ])
  })

  it('are kept when the value is the same for all hosts', () => {
    const text = 'a\nb\n[all:vars]\nansible_ssh_private_key_file=~/.ssh/k\n'

    expect(read(text).ssh).toEqual({ identity_file: '~/.ssh/k' })
    expect(read(`${text}[x]\nc ansible_ssh_private_key_file=/other\n`).ssh).toEqual({})
  })

  it('names maestro.inventory for an inventory that is a program', () => {
    expect(() => read('#!/usr/bin/python3\n')).toThrow('is a program')
  })
})

describe('expandHostRange', () => {
  it.each([
    ['web[01:03]', 'web01 web02 web03'],
    ['[a:c]x', 'ax bx cx'],
    ['n[1:10:4]', 'n1 n5 n9'],
    ['r[1:2]-[1:2]', 'r1-1 r1-2 r2-1 r2-2'],
    ['[2001:db8::1]', '[2001:db8::1]'],
    ['plain', 'plain'],
    ['x[2:1]', undefined],
    ['x[a:3]', undefined],
    ['x[1:9:0]', undefined],
    ['x[1:999999999]', undefined],
    ['x[1-3]', undefined],
  ])('expands %s to %s', (pattern, names) => {
    expect(expandHostRange(pattern)?.join(' ')).toBe(names)
  })
})
