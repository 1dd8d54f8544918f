import { makeDriver } from '../../../src/failover/make-driver.ts'
import type { Failover } from '../../../src/failover/target.ts'
import type { ApplicationContext, LocalProgram, LocalProgramResult } from '../../../src/plan/application.ts'
import type { ServerHandle, StepContext } from '../../../src/plan/context.ts'
import type { DnsAnswer, DnsQuestion } from '../../../src/plan/dns.ts'

export const blue = '203.0.113.11'
export const green = '203.0.113.111'

export const buildFailover = (own: Partial<Failover> = {}): Failover => ({
  address: 'shop.example.com',
  targets: [
    { environment: 'production', targets: [blue] },
    { environment: 'production-b', targets: [green] },
  ],
  driver: { kind: 'rfc2136', server: '203.0.113.53', port: 53, zone: 'example.com' },
  ttlSeconds: 60,
  timeoutMs: 10_000,
  ...own,
})

/** What there is outside of maestro: where the address points, by each of those who could move it. */
export interface FakeTraffic {
  addresses: readonly string[]
  /** The second name server goes on with what it had. */
  readonly isSlow: boolean
  /** What `status` of a program answers. */
  at: string
  /** Of blue and green, behind a load balancer. */
  weights: readonly [number, number]
  /** How often it was moved. */
  moves: number
  readonly programs: LocalProgram[]
}

export const fakeTraffic = (own: Partial<FakeTraffic> = {}): FakeTraffic => ({
  addresses: [blue],
  isSlow: false,
  at: 'production',
  weights: [100, 0],
  moves: 0,
  programs: [],
  ...own,
})

const nothing = () => Promise.reject(new Error('no server is changed here'))

type Ports = Omit<ApplicationContext, keyof StepContext>

/** The ports of a step to it. Nothing answers a stream. */
export const trafficPorts = (traffic: FakeTraffic): Ports => ({
  askDns: async (question) => answerOf(traffic, question),
  runProgram: async (program) => {
    traffic.programs.push(program)
    if (program.path === 'nsupdate') return update(traffic, program.stdin ?? '')
    return program.args === undefined ? ran('') : move(traffic, program)
  },
  openLocal: async () => ({ status: 'failed', why: 'no answer there' }),
  server: () => balancerOf(traffic),
  addServer: () => {},
  replaceHostKey: nothing,
  planRollout: nothing,
  rollOut: nothing,
})

/** A context for one step, with a clock on which waits take no time. */
export function trafficContext(traffic: FakeTraffic): ApplicationContext {
  let nowMs = 0
  return {
    ...trafficPorts(traffic),
    runId: 'a-run',
    key: 'a-run/shop.example.com/switch',
    progress: () => {},
    nowMs: () => nowMs,
    waitMs: async (timeMs) => {
      nowMs += timeMs
    },
  }
}

export const buildDriver = (own: Partial<Failover> = {}) => makeDriver(buildFailover(own), {})

const records = (values: readonly string[]): DnsAnswer =>
  values.length === 0 ? { status: 'none' } : { status: 'records', values, ttlSeconds: 60 }

function answerOf(traffic: FakeTraffic, { server, name, type }: DnsQuestion): DnsAnswer {
  if (type === 'NS')
    return name === 'example.com' ? records(['ns1.example.com', 'ns2.example.com']) : { status: 'none' }
  if (name === 'ns1.example.com') return records(type === 'A' ? ['203.0.113.53'] : [])
  if (name === 'ns2.example.com') return records(type === 'A' ? ['203.0.113.54'] : [])
  const isOld = server?.host === '203.0.113.54' && traffic.isSlow
  return type === 'A' ? records(isOld ? [blue] : traffic.addresses) : { status: 'none' }
}

const ran = (stderr: string, failure?: string): LocalProgramResult => ({ stdout: '', stderr, failure })

function update(traffic: FakeTraffic, script: string): LocalProgramResult {
  const wanted = [...script.matchAll(/^prereq yxrrset \S+ A (\S+)$/gm)].map(([, address]) => address)
  if (wanted.join() !== traffic.addresses.join()) return ran('update failed: NXRRSET', 'ended with exit code 2')
  const added = [...script.matchAll(/^update add \S+ \d+ A (\S+)$/gm)].map(([, address = '']) => address)
  if (added.length === 0) return ran('')
  traffic.addresses = added
  traffic.moves += 1
  return ran('')
}

function move(traffic: FakeTraffic, { args = [], stdin = '' }: LocalProgram): LocalProgramResult {
  if (args[0] === 'status') return { ...ran(''), stdout: JSON.stringify({ at: traffic.at }) }
  const { to } = JSON.parse(stdin)
  traffic.at = to.environment
  traffic.addresses = to.targets
  return ran('')
}

function balancerOf(traffic: FakeTraffic): ServerHandle {
  const server = { name: 'production/lb-1', host: 'lb-1', groups: ['load_balancer'], spare: false }
  const socket = { path: '/run/haproxy/admin.sock', isAdmin: true, isThere: true, owner: undefined }
  return {
    server,
    open: async () => ({ status: 'forbidden', why: 'not here' }),
    gatherFacts: async () => ({ at: 0, haproxy: { status: 'known', value: { sockets: [socket], hasSocat: true } } }),
    run: async ({ inputs = {} }) => new Map([['haproxy', tell(traffic, inputs.commands ?? '')]]),
  }
}

function tell(traffic: FakeTraffic, commands: string): readonly string[] {
  const columns = 'be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight'
  const [own, others] = traffic.weights
  if (commands.startsWith('show'))
    return ['1', `# ${columns}`, `1 shop 1 web ${blue} 2 0 ${own} 100`, `1 shop 2 web-b ${green} 2 0 ${others} 100`]
  const weightOf = (name: string) =>
    Number.parseInt(new RegExp(`shop/${name} weight (\\d+)`).exec(commands)?.[1] ?? '', 10)
  traffic.weights = [weightOf('web'), weightOf('web-b')]
  traffic.moves += 1
  return []
}
