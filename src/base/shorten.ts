/** At most so many letters of a text that a server says, with a sign that there was more. */
export const shorten = (text: string, atMost = 60): string =>
  text.length > atMost ? `${text.slice(0, atMost)}…` : text
