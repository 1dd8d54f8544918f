import * as z from 'zod'
import { areas } from '../../checks/finding.ts'
import { json, list, name, stamp, text } from '../../journal/schema/values.ts'
import { doctorFacts, planFacts, statusFacts } from '../../remote/facts/facts.ts'

const factValue = json.describe('As the server says it.')
const fact = z
  .discriminatedUnion('status', [
    z.strictObject({ status: z.literal('known'), value: factValue }),
    z.strictObject({ status: z.literal('unknown'), why: text }),
  ])
  .meta({ id: 'fact', description: 'What the server says of itself, or why it cannot say.' })

const factNames = [...statusFacts, ...planFacts, ...doctorFacts]

/** What a server said of itself; a part that was not asked for is absent. */
export const factsSchema: z.ZodType<object> = z
  .strictObject({
    at: z.number().describe("Epoch seconds by the server's clock."),
    ...Object.fromEntries(factNames.map((one) => [one, fact.optional()])),
  })
  .meta({ id: 'facts' })

const finding = z
  .strictObject({
    area: z.enum(areas),
    status: z
      .enum(['ok', 'warning', 'error', 'unknown'])
      .describe('error: a command cannot do its work; warning: it can, but the state needs care.'),
    text,
    stops: list(text).optional().describe('The commands that it stops.'),
    fix: text.optional().describe('The command or setting that fixes it.'),
  })
  .meta({ id: 'finding' })

export const findings = list(finding)

/** Why something failed. */
export const failure = z
  .strictObject({
    kind: name.optional().describe('Why there is no connection: unknown-host-key, auth, timeout …'),
    message: text,
    hint: text.optional().describe('What to do next.'),
  })
  .meta({ id: 'failure' })

const phases = list(z.strictObject({ phase: name, durationMs: z.number() }))

const session = {
  login: text.describe('As whom and where: deploy@203.0.113.11:22.'),
  jumpHosts: list(text),
  proof: text.describe('How the login was proved: a key, an agent key, the password.'),
  software: text.describe('What the server says that it is.'),
  hostKey: text,
  hostKeyVouched: text.describe('Why the host key is trusted.'),
  kex: text,
  cipher: text,
  phases: phases.describe('How long each phase of the connection took.'),
}

const shell = {
  user: text.describe('Who maestro is on the server.'),
  clock: z.strictObject({
    aheadSeconds: z.number().describe('How far the clock of the server is ahead.'),
    exactToSeconds: z.number(),
  }),
  noise: text.describe('What the login shell prints by itself.'),
  durationMs: z.number(),
}

const root = z.discriminatedUnion('status', [
  z.strictObject({ status: z.enum(['login', 'sudo', 'sudo-with-password']) }),
  z.strictObject({ status: z.literal('refused'), error: failure }),
])

const reboot = z.strictObject({
  due: z.enum(['yes', 'no', 'unknown']),
  reasons: list(text),
  since: z.number().optional().describe("Epoch seconds by the server's clock."),
})

const about = {
  ...stamp,
  event: z.literal('server'),
  server: name,
  host: name.describe('What ssh is told to connect to.'),
  groups: list(name),
}
/** `status` says what needs attention, also of a server that gives no facts. */
const attention = list(text).optional()

const serverWith = <Shape extends z.ZodRawShape>(status: string, description: string, shape: Shape) =>
  z.strictObject({ ...about, ...shape }).meta({ id: `server-${status}`, description })

/** What one server says to `status`, `reboot-status` and `doctor`. */
export const serverEvent = z.discriminatedUnion('status', [
  serverWith('ok', 'status, reboot-status: a server that gave its facts.', {
    status: z.literal('ok'),
    reboot,
    attention,
    facts: factsSchema,
  }),
  serverWith('diagnosed', 'doctor: a server that was diagnosed.', {
    status: z.literal('diagnosed'),
    findings,
    ...session,
    ...shell,
    root: root.describe('How maestro becomes root there.'),
    facts: factsSchema.optional(),
    error: failure.optional().describe('Why there are no facts.'),
  }),
  serverWith('unreachable', 'A server without a connection.', {
    status: z.literal('unreachable'),
    error: failure,
    attention,
    findings: findings.optional(),
    phases: phases.optional().describe('doctor: how far the connection came.'),
  }),
  serverWith('failed', 'A server that let maestro in and gave no facts.', {
    status: z.literal('failed'),
    error: failure,
    attention,
    findings: findings.optional(),
    ...z.strictObject(session).partial().shape,
  }),
  serverWith('skipped', 'A server that was not asked, because a signal came before.', {
    status: z.literal('skipped'),
    attention,
    findings: findings.optional(),
  }),
])

export const controllerEvent = z
  .strictObject({ ...stamp, event: z.literal('controller'), findings })
  .meta({ id: 'controller', description: 'doctor: what was found on the computer that maestro runs on.' })
