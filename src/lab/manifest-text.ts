import { applicationPort } from './serve-client.ts'

type Listed = { readonly name: string; readonly group: string; readonly port: number }

/** The manifest of a lab, for a person to read and change. */
export function manifestText(servers: readonly Listed[]): string {
  const groups = [...new Set(servers.map(({ group }) => group))]
  const components = groups.map((group) => {
    const entries = servers.filter((server) => server.group === group).map(entryOf)
    return `${group}:\n${configuration[group] ?? ''}  servers:\n${entries.join('\n')}\n`
  })
  return `# A practice fleet: nothing here is real. The folder of each server lies beside this file.\n${components.join('')}${block}`
}

const entryOf = ({ name, port }: Listed) => `  - server: {unique_name: ${name}, address: 127.0.0.1, port: ${port}}`

const configuration: Readonly<Record<string, string>> = {
  load_balancer: '  configuration: {wait_after_adding_servers: 0, wait_after_removing_servers: 0}\n',
}

const block = `maestro:
  ssh: {user: deploy, config: none, identity_file: key, known_hosts: known_hosts}
  rollout: {stable_time: 1s}
  health: {url: "http://localhost:${applicationPort}/up"}
`
