import * as z from 'zod'
import { host } from '../base/forms.ts'
import { failoverSchema } from '../failover/failover-schema.ts'
import { hookSchema } from '../failover/hook.ts'
import { checkEnvironments } from '../failover/options.ts'
import { drainedEntries } from '../load-balancer/haproxy/drain.ts'
import { trafficPolicy } from '../load-balancer/traffic-policy.ts'
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
      preSwitch: hookSchema().nullable(),
      rollsBack: z.boolean(),
    })
    .superRefine(({ failover, from, to }, context) => checkEnvironments({ from, to }, failover, context)),
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
    .superRefine(({ failover, target }, context) => checkEnvironments({ target }, failover, context)),
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
