import type { JournalEvent } from '../../../src/journal/events.ts'

const stamp = { version: 1, at: '2026-11-23T09:15:30.000Z' } as const
const run = '20261123-091530-k3f9'
const who = { owner: 'ana@ops-1', maestroVersion: '1.2.3-rc.1' }
const server = 'web-1'

type EveryEvent = { readonly [Name in JournalEvent['event']]: Extract<JournalEvent, { event: Name }> }

/** An event of each kind, with every field that it can have. */
export const everyEvent: EveryEvent = {
  'run-started': {
    ...stamp,
    event: 'run-started',
    run,
    ...who,
    command: 'reboot',
    manifest: '/srv/Manifest.yml',
    environment: 'production',
  },
  'run-resumed': { ...stamp, event: 'run-resumed', run, ...who },
  'run-stopping': { ...stamp, event: 'run-stopping', run, exitCode: 130 },
  'run-ended': { ...stamp, event: 'run-ended', run, exitCode: 0 },
  locking: { ...stamp, event: 'locking', server },
  'taking-over': { ...stamp, event: 'taking-over', server, from: run },
  unlocked: { ...stamp, event: 'unlocked', server },
  'step-started': {
    ...stamp,
    event: 'step-started',
    server,
    step: 'reboot',
    snapshot: { bootId: 'a1', containers: ['web', null, { isUp: true }] },
  },
  'step-applied': { ...stamp, event: 'step-applied', server, step: 'reboot' },
  'step-verified': { ...stamp, event: 'step-verified', server, step: 'reboot', evidence: { downSeconds: 4.5 } },
  'step-skipped': { ...stamp, event: 'step-skipped', server, step: 'reboot', why: 'no restart is due' },
  'drain-started': { ...stamp, event: 'drain-started', server, drain: 'service', found: [['web', 100]] },
  'drain-ended': { ...stamp, event: 'drain-ended', server, drain: 'service' },
  'rollback-started': { ...stamp, event: 'rollback-started', server, step: 'switch', why: 'it answers 503' },
  'hook-ran': {
    ...stamp,
    event: 'hook-ran',
    server,
    program: '/srv/drain',
    output: 'done\n',
    failure: 'exited with 3',
  },
  'server-ended': {
    ...stamp,
    event: 'server-ended',
    server,
    outcome: {
      status: 'failed',
      step: 'reboot',
      why: 'no word',
      hint: 'see the console',
      isDrained: true,
      isOver: true,
    },
    steps: [
      { step: 'upgrade', status: 'verified', evidence: { upgraded: ['openssl'] } },
      { step: 'docker', status: 'skipped', why: 'not due' },
      { step: 'weave', status: 'applied' },
      { step: 'reboot', status: 'started' },
    ],
  },
}
