import * as z from 'zod'
import { sha256 } from '../../base/forms.ts'
import type { PinnedFile } from '../pinned-file.ts'
import { lazily, line, type Schema, word } from './schema.ts'

export const pinnedFileSchema: Schema<PinnedFile> = lazily(() => z.strictObject({ from: line(), sha256: word(sha256) }))
