import type { Fact, ServerFacts } from '../../remote/facts/facts.ts'

/** What to do where a look lacks something that only root may know, and sudo did not help. */
export function sudoHint({ at: _, ...parts }: ServerFacts): string | undefined {
  const engine = parts.docker?.status === 'known' ? parts.docker.value?.trouble : undefined
  const whyNot = Object.values(parts).flatMap((fact: Fact<unknown>) => (fact.status === 'unknown' ? [fact.why] : []))
  return [...whyNot, engine ?? ''].some((words) => /\bsudo: |which sudo refuses/.test(words))
    ? 'sudo does not run there without more: --ask-sudo-password or MAESTRO_SUDO_PASSWORD_FILE'
    : undefined
}
