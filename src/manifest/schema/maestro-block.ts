import * as z from 'zod'
import {
  anyText,
  choice,
  countOrPercent,
  duration,
  executable,
  filePath,
  groupName,
  host,
  integer,
  ipAddress,
  oneOrMany,
  port,
  text,
  timeWindow,
  url,
  user,
  yesNo,
} from './values.ts'

const ssh = z.strictObject({
  user: user().describe('Who logs in; absent: as your ssh does.'),
  port: port().describe('The port of every server that names none; absent: as your ssh does.'),
  identity_file: oneOrMany(filePath()).describe('Private keys to log in with; absent: as your ssh does.'),
  config: filePath().describe('The ssh config that maestro reads, or none; absent: your own.'),
  known_hosts: filePath().describe('The known host keys; absent: as your ssh does.'),
  max_sessions: integer({ from: 1, to: 4096 }).describe('How many servers are worked on at once (64).'),
  max_connecting: integer({ from: 1, to: 4096 }).describe('How many connections are being opened at once (64).'),
  max_connecting_per_gateway: integer({ from: 1, to: 4096 }).describe('The same through one gateway (8).'),
  max_agent_signatures: integer({ from: 1, to: 4096 }).describe(
    'How many signatures the ssh agent is asked for at once (16).',
  ),
})

const rollout = z.strictObject({
  strategy: choice(['rolling', 'serial', 'parallel']).describe(
    'rolling: within the limits below; serial: one server at a time over all groups; parallel: all at once (rolling).',
  ),
  canary: integer({ from: 0, to: 100_000 }).describe('How many servers go first, alone (1).'),
  max_unavailable: countOrPercent().describe(
    'How many servers of a group may be out of service at once, 2 or 25% (25%).',
  ),
  max_failures: integer({ from: 0, to: 100_000 }).describe('How many servers may fail before nothing new starts (0).'),
  max_unreachable: integer({ from: 0, to: 100_000 }).describe('How many servers may be out of reach (0).'),
  order: z.array(groupName()).describe('Groups that go first, in this order; the others follow.'),
  pause: duration().describe('How long to wait between batches (0s).'),
  window: oneOrMany(timeWindow()).describe('When changes may start: "Sat 02:00-05:00 UTC"; absent: always.'),
  stall_timeout: duration().describe('A step without progress for so long counts as stuck (10m).'),
  stable_time: duration().describe('How long a server must stay up after a reboot (45s).'),
  ready_timeout: duration().describe('How long a server may take from answering to ready (5m).'),
  down_timeout: duration().describe('How long a server may take to go down (5m).'),
  up_timeout: duration().describe('How long a server may take to come back (10m).'),
  drain_timeout: duration().describe('How long sessions may take to end before a server is worked on (5m).'),
})

const health = z.strictObject({
  url: url().describe('Requested after every change; the server is healthy when it answers with the status.'),
  status: integer({ from: 100, to: 599 }).describe('The HTTP status of a healthy server (200).'),
  from: choice(['server', 'controller']).describe(
    'Where the request comes from: the server itself through SSH, or this computer, the controller (server).',
  ),
  command: anyText('a command').describe(
    'Run on the server instead of a request; the server is healthy when it exits with 0.',
  ),
  timeout: duration().describe('How long a server may take to become healthy (2m).'),
})

const hooks = z.strictObject({
  drain: executable().describe('Takes a server out of service.'),
  undrain: executable().describe('Puts a server back into service.'),
  post_run: executable().describe('Runs after every run, with its report as JSON on stdin.'),
  deploy: executable().describe('Deploys the application on a fresh server.'),
  pre_switch: executable().describe(
    'Runs before traffic moves to the other environment, for example to promote a replica.',
  ),
})

const packageName = () => text('the name of a package', /^[a-z0-9*][a-z0-9+.*-]*$/)

const security = z.strictObject({
  unattended_upgrades: yesNo().describe(
    'Whether security-upgrade also sets up unattended upgrades, as `maestro unattended-upgrades` does (true).',
  ),
  hold: z.array(packageName()).describe('Packages that are never upgraded.'),
  origins: z.array(anyText('an origin')).describe('Origins that count as security beside the distribution’s own.'),
  restart_services: yesNo().describe('Whether services that still run old code are restarted (true).'),
})

const docker = z.strictObject({
  repository: url().describe(
    'The apt repository of Docker or a mirror, set up where apt has none; {id} is replaced by ubuntu or debian.',
  ),
  key: filePath().describe('The key of that repository: a URL or a file (gpg below it).'),
})

// As `docker pull` takes it; without a tag it is the one of the wanted version.
const pinnedImage = () =>
  text(
    'an image with its digest such as weaveworks/weave@sha256:…, 64 hex digits',
    /^[a-z0-9][\w./:-]*@sha256:[0-9a-f]{64}$/,
  )

const weave = z.strictObject({
  script: filePath().describe('The weave script of the wanted version: a URL or a file.'),
  sha256: text('a SHA-256 sum of 64 hex digits', /^[0-9a-f]{64}$/).describe('The sum that the script must have.'),
  images: z
    .array(pinnedImage())
    .describe('Images that the script installs, each with the digest or the id that it must have.'),
})

const services = z.strictObject({
  compose: filePath().describe('The compose file that `maestro deploy` rolls out.'),
  env_file: filePath().describe('Uploaded beside it as .env: values of its variables, and secrets.'),
  project: text('lower-case letters, digits, - and _', /^[a-z0-9][a-z0-9_-]{0,62}$/).describe(
    'Project name for Compose (the name in the compose file).',
  ),
  groups: z.array(groupName()).describe('The groups whose servers run it (docker).'),
  timeout: duration().describe('How long the services of a server may take to become healthy (5m).'),
})

const driver = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('rfc2136'),
      server: host().describe('The name server that takes the update.'),
      port: port().optional().describe('Of the zone’s name servers (53).'),
      zone: host().describe('The zone of the address.'),
      key_file: filePath().optional().describe('The TSIG key that signs the update, as tsig-keygen writes it.'),
      key_env: text('the name of a variable', /^[A-Za-z_][A-Za-z0-9_]*$/)
        .optional()
        .describe('The variable of the environment that holds the key instead: hmac-sha256:name:secret.'),
    }),
    z.strictObject({
      kind: z.literal('haproxy'),
      server: text('the name of a server', /^[^\s/]+$/).describe(
        'The load balancer in front of both environments, a server of the manifest.',
      ),
      backend: text('the name of a backend', /^[A-Za-z0-9_.:-]+$/)
        .optional()
        .describe('The backend with the servers of both environments; absent: every one that has them.'),
    }),
    z.strictObject({
      kind: z.literal('command'),
      command: executable().describe('Prints where the address points, and moves it.'),
      timeout: duration().optional().describe('How long it may take (2m).'),
    }),
  ])
  .describe('How the address is moved.')

const environmentName = () => anyText('the name of an environment')

const targets = z.strictObject({
  primary: oneOrMany(ipAddress()).describe('Of the primary environment.'),
  secondary: oneOrMany(ipAddress()).describe('Of the secondary environment.'),
})

const failover = z.strictObject({
  address: host().describe('The name that the users’ traffic goes to.'),
  primary: environmentName().describe('The environment that serves at first.'),
  secondary: environmentName().describe('The environment that it can be switched to.'),
  targets: targets
    .partial()
    .describe(
      'Where traffic enters an environment; absent: the addresses of its load balancers, else of its web servers.',
    ),
  driver,
  ttl: duration().describe('How long the answer with the new addresses may be kept (1m).'),
  url: url().describe('Health check of the target before a switch, and through the address after it; absent: none.'),
  status: integer({ from: 100, to: 599 }).describe('The HTTP status of a healthy server (200).'),
  timeout: duration().describe('How long that, and name servers to follow, may take (2m).'),
})

const provider = z.strictObject({
  command: executable().describe('Creates, reinstalls, destroys and lists servers.'),
  timeout: duration().describe('How long a server may take to be made (10m).'),
})

const profile = z.strictObject({
  security_upgrades: yesNo().describe('As --security-upgrades.'),
  docker_upgrades: yesNo().describe('As --docker-upgrades.'),
  reboot: yesNo().describe('As --reboot.'),
  services: yesNo().describe('As --services.'),
})

/** The `maestro:` block as it is written: every key may be absent, and one that is unknown is an error. */
export const blockSchema = z
  .strictObject({
    ssh: ssh.partial().describe('How servers are reached.'),
    inventory: executable().describe('Speaks Ansible’s dynamic inventory (--list) for servers without an address.'),
    rollout: rollout.partial().describe('How a change goes over the servers.'),
    health: health.partial().describe('How a server shows that it serves: a url or a command.'),
    hooks: hooks
      .partial()
      .describe('Programs of yours, run on this computer with the server’s data in the environment.'),
    security: security.partial().describe('Security upgrades.'),
    docker: docker.partial().describe('Where Docker’s packages come from when not from its own repository.'),
    weave: weave.partial().describe('Where Weave comes from.'),
    services: services.partial().describe('The application’s own services.'),
    failover: failover.partial().describe('The address that moves between two environments.'),
    provider: provider.partial().describe('Where fresh servers come from.'),
    profiles: z
      .record(z.string(), profile.partial().describe('One set of options.'))
      .describe('Options of `maestro deploy` under a name.'),
  })
  .partial()
  .describe('Settings of maestro; a block inside an environment overrides this one key by key.')

/** A `maestro:` block that has the right shape. */
export type Block = z.output<typeof blockSchema>
