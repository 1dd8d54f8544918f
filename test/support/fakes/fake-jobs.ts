import type { Script } from '../../../src/plan/context.ts'

type Answer = Readonly<Record<string, string>>

/** The detached jobs of one server in memory, by the step that begins them: each is done once and has ended when it is asked for. */
export function fakeJobs(work: Readonly<Record<string, () => void>>): (script: Script) => Answer | undefined {
  const begun = new Set<string>()

  function start(job: string, step: string): Answer {
    if (begun.has(job)) return { job_begun: 'already' }
    begun.add(job)
    work[step]?.()
    return { job_begun: 'yes' }
  }

  return ({ files, inputs: { job_run = '', job_step = '' } = {} }) => {
    const job = `${job_run}/${job_step}`
    switch (files.at(-1)) {
      case 'job/start.sh':
        return start(job, job_step)
      case 'job/follow.sh':
        return begun.has(job) ? { job_is: 'ended', job_result: 'exited 0 1' } : { job_is: 'none' }
      default:
        return undefined
    }
  }
}
