import { Argument, Command } from 'commander'

const shells = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof shells)[number]

const aShell = () => new Argument('<shell>', 'the shell').choices(shells)

/** `maestro completion`: prints a shell completion script. */
export function completionCommand(): Command {
  return new Command('completion')
    .summary('print a shell completion script')
    .description(
      'Print a script that completes commands, options, groups and servers, read from the manifest that the command would use.',
    )
    .addArgument(aShell())
    .addHelpText(
      'after',
      '\nExamples:\n  source <(maestro completion bash)      in ~/.bashrc\n  source <(maestro completion zsh)       in ~/.zshrc, behind compinit\n' +
        '  maestro completion fish > ~/.config/fish/completions/maestro.fish',
    )
    .action(async (shell: Shell) => {
      const { readFile } = await import('node:fs/promises')
      process.stdout.write(await readFile(new URL(`./shells/maestro.${shell}`, import.meta.url)))
    })
}

/** `maestro complete`, which the script calls for each completion: prints one word with its description per line, or `:files`. */
export function completeCommand(): Command {
  const command = new Command('complete').addArgument(aShell()).argument('[words...]')
  return command.action(async (shell: Shell, words: readonly string[]) => {
    const { candidatesFor } = await import('./candidates.ts')
    const { namesOf } = await import('./names.ts')
    const root = command.parent ?? command
    const found = await candidatesFor({ root, words, namesOf, splitsAtEquals: shell === 'bash' })
    const lines = found === 'files' ? [':files'] : found.map(({ word, about }) => `${word}\t${about}`)
    process.stdout.write(lines.map((line) => `${line}\n`).join(''))
  })
}
