import { Command } from 'commander'

/** `maestro manual`, of which the build makes `man maestro`: prints the man page. */
export function manualCommand(version: string): Command {
  const command = new Command('manual')
  return command.action(async () => {
    const { manPage } = await import('./man-page.ts')
    process.stdout.write(manPage(command.parent ?? command, { version, date: new Date().toISOString().slice(0, 10) }))
  })
}
