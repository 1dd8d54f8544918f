import * as z from 'zod'
import { anyText, host, integer, port, scalar, user, yesNo } from './values.ts'

const aVersion = /^([A-Za-z0-9][A-Za-z0-9.+:~_-]*)?$/

// Exact text: a version is never rounded, and nothing (`version: ''`) means none.
const version = () =>
  scalar({
    want: 'a version such as 27.5.1',
    read: (value) => (aVersion.test(value) ? value : undefined),
    json: { type: ['string', 'number', 'null'] },
  })

const seconds = () => integer({ from: 0, to: 86_400 })

const freeText = () => scalar({ want: 'text', read: (value) => value, json: { type: ['string', 'number', 'null'] } })

/** The keys of `docker.configuration` that maestro acts on. */
export const dockerSchema = z
  .looseObject({
    docker_version: version().describe('The version of Docker that `maestro docker-upgrade` installs.'),
    version: version().describe('The older name of docker_version.'),
    weave_version: version().describe('The version of Weave.'),
    image_keep_count: integer({ from: 0, to: 1000 }).describe('How many old images stay beside the running one.'),
  })
  .partial()

/** The keys of `load_balancer.configuration` that maestro acts on. */
export const loadBalancerSchema = z
  .looseObject({
    httpchk: freeText().describe('The path that the load balancer requests from servers: /up.'),
    wait_after_adding_servers: seconds().describe('Seconds to wait after a server is back in service (0).'),
    wait_after_removing_servers: seconds().describe('Seconds to wait after a server is out of service (0).'),
  })
  .partial()

/** The jump host; `address` and `port` are maestro's own. */
export const gatewaySchema = z
  .strictObject({
    name: host().describe('Its name; without an address, the host name for ssh.'),
    username: user().optional().describe('Who logs in there; absent: as your ssh does.'),
    address: host().optional().describe('Where it is.'),
    port: port().optional().describe('The port of its sshd; absent: as your ssh does.'),
  })
  .describe('The jump host in front of the servers.')

// Names of servers become names of files, and words of --server.
const serverName = () =>
  scalar({
    want: 'a name of letters, digits, dots, dashes and underscores',
    read: (value) => (/^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/.test(value) ? value : undefined),
    json: { type: ['string', 'number'] },
  })

const actedOn = z.object({
  unique_name: serverName().describe('The name of the server; unique in its environment.'),
  same_as: serverName().describe('Instead of all else: the unique_name of a server that is in this group too.'),
  address: host().describe('Where it is; absent: your ssh config or the inventory says.'),
  user: user().describe('Who logs in; absent: maestro.ssh.user, or as your ssh does.'),
  username: user().describe('The older name of user.'),
  port: port().describe('The port of its sshd; absent: maestro.ssh.port, or as your ssh does.'),
  zone: anyText('the name of a zone').describe('Zones are worked on one after the other; absent: availability_zone.'),
  availability_zone: anyText('the name of a zone').describe('As in Cloud 66.'),
  spare: yesNo().describe('Reserved for a rebuild; gets no traffic yet (false).'),
})

/** The keys of a server that maestro acts on. */
export const serverKeys: readonly string[] = Object.keys(actedOn.shape)

// Documented by Cloud 66, or seen in real files; they mean nothing here.
const ignored = [
  'vendor',
  'key_name',
  'region',
  'size',
  'subnet_id',
  'root_disk_size',
  'root_disk_type',
  'extra_packages',
  'ssh_key_name',
  'tags',
  'type',
  'configuration',
] as const

const ignoredShape = Object.fromEntries(ignored.map((key) => [key, z.unknown()])) as Record<
  (typeof ignored)[number],
  z.ZodUnknown
>

/** One server as it is written; an unknown key is an error. */
export const serverSchema = z.strictObject({ ...actedOn.shape, ...ignoredShape }).partial()

export type DockerConfiguration = z.output<typeof dockerSchema>
export type LoadBalancerConfiguration = z.output<typeof loadBalancerSchema>
export type WrittenGateway = z.output<typeof gatewaySchema>
export type WrittenServer = z.output<typeof serverSchema>
