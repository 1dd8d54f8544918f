import * as z from 'zod'
import { haproxyName, host, ipAddress, webUrl } from '../base/forms.ts'
import { healthCheckSchema } from '../load-balancer/health-check.ts'
import type { FailoverDriver } from '../manifest/settings.ts'
import { lazily, line, list, milliseconds, type Schema, wholeNumber, word } from '../plan/schema/schema.ts'
import type { Failover, FailoverTarget } from './target.ts'

const target: Schema<FailoverTarget> = lazily(() =>
  z.strictObject({
    environment: line(),
    targets: list(word(ipAddress)),
    health: z.strictObject({ check: healthCheckSchema(), servers: list(line()) }).exactOptional(),
  }),
)

const port = () => z.int().min(1).max(65_535)

const driver: Schema<FailoverDriver> = lazily(() =>
  z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('rfc2136'),
      server: word(host),
      port: port(),
      zone: word(host),
      keyFile: line().exactOptional(),
      keyEnv: z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]{0,200}$/, 'must be the name of a variable')
        .exactOptional(),
    }),
    z.strictObject({
      kind: z.literal('haproxy'),
      server: line(),
      backend: word(haproxyName).exactOptional(),
    }),
    z.strictObject({ kind: z.literal('command'), command: line(), timeoutMs: milliseconds() }),
  ]),
)

/** The failover as a journal has it. */
export const failoverSchema: Schema<Failover> = lazily(() =>
  z.strictObject({
    address: word(host),
    targets: z.tuple([target(), target()]),
    driver: driver(),
    ttlSeconds: wholeNumber(),
    check: z.strictObject({ url: word(webUrl), status: z.int().min(100).max(599) }).exactOptional(),
    timeoutMs: milliseconds(),
  }),
)
