import type { Fact, ServerFacts } from '../../remote/facts/facts.ts'

/** What to do when facts that need root are unknown because sudo refused. */
export function sudoHint({ at: _, ...parts }: ServerFacts): string | undefined {
  const engine = parts.docker?.status === 'known' ? parts.docker.value?.trouble : undefined
  const whyNot = Object.values(parts).flatMap((fact: Fact<unknown>) => (fact.status === 'unknown' ? [fact.why] : []))
  return [...whyNot, engine ?? ''].some((words) => /\bsudo: |which sudo refuses/.test(words))
    ? 'sudo needs a password: pass --ask-sudo-password or set MAESTRO_SUDO_PASSWORD_FILE'
    : undefined
}
