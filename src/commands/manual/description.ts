import type { Command } from 'commander'

/** What the help and the man page say of a command: its description, or its summary as a sentence. */
export const descriptionOf = (command: Command): string => command.description() || asSentence(command.summary())

const asSentence = (text: string) => (text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`)
