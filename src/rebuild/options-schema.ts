import * as z from 'zod'
import { host } from '../base/forms.ts'
import { failoverSchema } from '../failover/failover-schema.ts'
import { hookSchema } from '../failover/hook.ts'
import { isEnvironment } from '../failover/options.ts'
import { drainedEntries } from '../load-balancer/haproxy/drain.ts'
import { trafficPolicy } from '../load-balancer/out-of-service.ts'
import { combinedOptions } from '../operations/registry.ts'
import { rolloutSchema } from '../plan/schema/rollout.ts'
import { lazily, line, list, milliseconds, type Schema, wholeNumber, word } from '../plan/schema/schema.ts'
import { serverSchema } from '../plan/schema/server.ts'
import type { CommandProvider } from '../provider/command-provider.ts'
import type { RebuildOptions, ReplacedServer, ReplaceOptions, RetireOptions } from './options.ts'

const provider: Schema<CommandProvider> = lazily(() => z.strictObject({ command: line(), timeoutMs: milliseconds() }))

const addresses = () => list(word(host))

// What goes over fresh servers is made of several operations, and leaves none of them out of service.
const provision = lazily(() => z.strictObject({ name: z.literal('deploy'), options: combinedOptions() }))

const shared = () => ({
  inUse: addresses(),
  provision: provision(),
  rollout: rolloutSchema(),
  deploy: hookSchema().nullable(),
})

const notAnEnvironment = 'must be one of the two environments'

export const rebuildOptions: Schema<RebuildOptions> = lazily(() =>
  z
    .strictObject({
      ...shared(),
      failover: failoverSchema(),
      from: line(),
      to: line(),
      servers: list(serverSchema()),
      entrances: list(line()),
      waitSeconds: wholeNumber(),
      provider: provider().nullable(),
      beforeSwitch: hookSchema().nullable(),
      rollsBack: z.boolean(),
    })
    .refine(({ failover, from }) => isEnvironment(from, failover), { path: ['from'], error: notAnEnvironment })
    .refine(({ failover, to }) => isEnvironment(to, failover), { path: ['to'], error: notAnEnvironment }),
)

export const retireOptions: Schema<RetireOptions> = lazily(() =>
  z
    .strictObject({
      failover: failoverSchema(),
      target: line(),
      provider: provider(),
      inUse: addresses(),
      waitSeconds: wholeNumber(),
    })
    .refine(({ failover, target }) => isEnvironment(target, failover), { path: ['target'], error: notAnEnvironment }),
)

const replacedServer: Schema<ReplacedServer> = lazily(() =>
  z.strictObject({
    server: serverSchema(),
    id: line(),
    isBeside: z.boolean(),
    found: drainedEntries().nullable(),
  }),
)

export const replaceOptions: Schema<ReplaceOptions> = lazily(() =>
  z.strictObject({
    ...shared(),
    subject: line(),
    replaced: list(replacedServer()),
    provider: provider(),
    service: trafficPolicy(),
  }),
)
