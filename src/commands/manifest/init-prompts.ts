import { userInfo } from 'node:os'
import { askChoice, askSome, askText } from '../../cli/prompts.ts'
import { expandNames } from '../../inventory/host-pattern.ts'
import type { Component } from '../../manifest/components.ts'
import type { Found, FoundServer } from '../../manifest/init/found-server.ts'
import { hostsInSshConfig } from '../../ssh/config/hosts.ts'

type Readers = { readonly ansible: (path: string) => Promise<Found> }

/** Asks a person where the servers are, and which; undefined after Ctrl-C. */
export async function askForServers({ ansible }: Readers): Promise<Found | undefined> {
  const inConfig = await hostsInSshConfig(undefined, userInfo().homedir)
  const count = inConfig.servers.length
  const source = await askChoice('Where are your servers listed?', [
    ...(count === 0 ? [] : [{ value: 'ssh' as const, name: `in my ssh config (${count})` }]),
    { value: 'ansible', name: 'in an Ansible inventory' },
    { value: 'typed', name: 'nowhere yet: I type them in' },
  ])
  if (source === 'ssh') return chooseOf(inConfig)
  if (source === 'typed') return typed()
  const path = source && (await askText('File of the inventory:'))
  return path === undefined ? undefined : ansible(path)
}

async function chooseOf(found: Found): Promise<Found | undefined> {
  const choices = found.servers.map(({ name }) => ({ value: name, name, checked: true }))
  const chosen = await askSome('Which of them are servers of the application?', choices)
  return chosen && { ...found, servers: found.servers.filter(({ name }) => chosen.includes(name)), notes: [] }
}

const databases = ['postgresql', 'mysql', 'mongodb', 'redis', 'elasticsearch'] as const

async function typed(): Promise<Found | undefined> {
  process.stderr.write('Servers as web-1=203.0.113.11 web-2.example.com app-[1-4]; an empty line: none.\n')
  const application = await askText('Servers of the application:')
  const data = application === undefined ? undefined : await askText('Databases:')
  const kind =
    data &&
    (await askChoice(
      'Which database is it?',
      databases.map((value) => ({ value, name: value })),
    ))
  const balancers = data === undefined ? undefined : await askText('Load balancers (HAProxy):')
  const user = balancers === undefined ? undefined : await askText('User who logs in (empty: as your own ssh does):')
  if (user === undefined) return undefined
  const servers = [
    ...serversOf(application, 'docker'),
    ...serversOf(data, kind || 'postgresql'),
    ...serversOf(balancers, 'load_balancer'),
  ].map((server) => (user === '' ? server : { ...server, user }))
  return { servers, from: 'your answers', ssh: {}, notes: [] }
}

function serversOf(text = '', component: Component): readonly FoundServer[] {
  return text
    .split(/\s+/)
    .flatMap(expandNames)
    .map((word) => {
      const [name = '', address = name] = word.split('=')
      return { name, address, groups: [component] }
    })
}
